//! What a gateway sends: [`decode()`] for a client that listens, encoders for a server that speaks.
//!
//! Every encoder gives a complete frame, in the form that belongs to the server version.

mod account;
mod decode;
mod end;
mod session;

pub use account::{
    Figure, account_download_end, account_summary, account_update_multi, account_update_time, account_value,
};
pub use decode::{Incoming, decode, parse_version};
pub use end::{
    account_summary_end, account_update_multi_end, completed_orders_end, executions_end, open_orders_end,
    positions_end, positions_multi_end,
};
pub use session::{current_time, current_time_in_millis, error, managed_accounts, next_valid_id, version};
