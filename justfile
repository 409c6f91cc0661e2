# What CI runs, and the few things done by hand. Nothing is checked only here or only there: `.ci/run` calls `ci`'s parts.

# List the recipes
default:
    @just --list

# Everything CI checks
ci: fmt-check lint fuzz-briefly test

# The test command of the README
test:
    cargo test

# Print what `diagnose` says about every fault the simulator can show
faults:
    cargo test --test it fault_table -- --nocapture

# Print how soon every broken assertion of the safe state is seen, and what becomes of the bot
safety:
    cargo test --test it safety_table -- --nocapture

# Format every file, those in the step table's macro included
fmt:
    git ls-files '*.rs' | xargs rustfmt --config-path rustfmt.toml

# Check the formatting
fmt-check:
    git ls-files '*.rs' | xargs rustfmt --config-path rustfmt.toml --check

# Clippy, warnings denied
lint:
    cargo clippy --all-targets -- -D warnings
    fuzz/run lint

# Write the generated schemas anew
schemas:
    cargo build
    for of in playbook report rollup event entry script probe plan examination calendar notification runs comparison boots status; do cargo run -q -- schema $of > schemas/$of.schema.json.new && mv schemas/$of.schema.json.new schemas/$of.schema.json; done
    cp schemas/playbook.schema.json schemas/openbell-playbook.schema.json

# Write the page of all diagnoses anew
diagnoses:
    cargo build
    cargo run -q -- explain --markdown > docs/diagnoses.md.new && mv docs/diagnoses.md.new docs/diagnoses.md

# Accept the golden files as they come out now
golden:
    INSTA_UPDATE=always cargo test

# Fuzz one target: the decoders of both sides (`decode`), or a whole simulated gateway (`gateway`)
fuzz target="decode" executions="10000000":
    fuzz/run {{target}} {{executions}}

# Fuzz each target for some seconds
fuzz-briefly:
    fuzz/run decode 300000 -verbosity=0
    fuzz/run gateway 20000 -verbosity=0

# The figures of the README
bench:
    cargo bench

# Make random edits of playbooks, and print how many were made and how many refused
edits count="20000":
    OPENBELL_EDITS={{count}} cargo test --test it edits_random -- --nocapture

# Supervise the simulated gateway for weeks on a compressed clock, with faults at random instants, and print what came of it
soak days="30" seed="7":
    OPENBELL_SOAK_CHILD=1 OPENBELL_SOAK_DAYS={{days}} OPENBELL_SOAK_SEED={{seed}} cargo test --test it soak::days -- --nocapture

# Cut the power of a whole host at random instants, and wait until it is green again
power-cuts count="100":
    OPENBELL_POWER_CUTS={{count}} cargo test --test it service_watch::power_cuts -- --nocapture

# End `run` and `down` with SIGKILL at random instants, and print what was left each time
kills count="200":
    OPENBELL_KILLS={{count}} cargo test --test it kills -- --nocapture
