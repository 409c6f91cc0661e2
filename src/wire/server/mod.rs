//! What a gateway sends: [`decode()`] for a client that listens, encoders for a server that speaks.
//!
//! Every encoder gives a complete frame, in the form that belongs to the server version.

mod account;
mod config;
mod decode;
mod desk;
mod end;
mod history;
mod holding;
mod list;
mod session;

pub use account::{
    Figure, account_download_end, account_summary, account_update_multi, account_update_time, account_value,
};
pub use config::{config, config_updated};
pub use decode::{Incoming, decode, parse_version};
pub use desk::{
    advisor_data, display_group_updated, display_groups, news_bulletin, no_pnl, no_pnl_single, user_info,
};
pub use end::{
    account_summary_end, account_update_multi_end, completed_orders_end, executions_end, open_orders_end,
    positions_end, positions_multi_end,
};
pub use history::{Bar, historical_data};
pub use holding::{Order, Position, open_order, position};
pub use list::{
    historical_news_end, market_rule, no_family_codes, no_histogram, no_market_depth_exchanges,
    no_matching_symbols, no_news_providers, no_scanner_data, no_smart_components, no_soft_dollar_tiers,
    option_chain_end, scanner_parameters,
};
pub use session::{current_time, current_time_in_millis, error, managed_accounts, next_valid_id, version};
