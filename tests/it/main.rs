//! The tests: one binary, through the public door, against real parts where a user has them.
#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::disallowed_methods, reason = "tests look at clocks, environments and processes")]
#![expect(unreachable_pub, reason = "one binary: everything is of the crate")]

mod architecture;
mod captures;
mod cli;
mod diagnostics;
mod docker;
mod docker_answers;
mod engines;
mod example;
mod insync;
mod manners;
mod probe;
mod runs;
mod safety;
mod schema;
mod sim_bot;
mod sim_bot_misbehaves;
mod sim_clients;
mod sim_config;
mod sim_control;
mod sim_faults;
mod sim_log;
mod sim_memory;
mod sim_phases;
mod sim_python;
mod sim_python_faults;
mod sim_refusals;
mod sim_requests;
mod sim_robust;
mod sim_rows;
mod sim_script_files;
mod sim_scripts;
mod sim_sessions;
mod sim_transcripts;
mod stage;
mod support;
mod wire_captures;
mod wire_config;
mod wire_frames;
mod wire_round_trips;
