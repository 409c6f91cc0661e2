//! The numbers of the messages, and from which server version each travels as protobuf.
//!
//! Requests and answers have separate number spaces. The gates of requests are those of the official
//! Python client's `server_versions`; those of answers are what live captures show.

/// What is added to a message id to say that protobuf follows.
pub const PROTOBUF_OFFSET: u32 = 200;

/// Requests, client to server.
#[expect(missing_docs, reason = "the names are those of IBKR's documentation of the requests")]
pub mod request {
    pub const MARKET_DATA: u32 = 1;
    pub const CANCEL_MARKET_DATA: u32 = 2;
    pub const PLACE_ORDER: u32 = 3;
    pub const CANCEL_ORDER: u32 = 4;
    pub const OPEN_ORDERS: u32 = 5;
    pub const ACCOUNT_UPDATES: u32 = 6;
    pub const EXECUTIONS: u32 = 7;
    pub const IDS: u32 = 8;
    pub const CONTRACT_DETAILS: u32 = 9;
    pub const MARKET_DEPTH: u32 = 10;
    pub const CANCEL_MARKET_DEPTH: u32 = 11;
    pub const NEWS_BULLETINS: u32 = 12;
    pub const CANCEL_NEWS_BULLETINS: u32 = 13;
    pub const SERVER_LOG_LEVEL: u32 = 14;
    pub const AUTO_OPEN_ORDERS: u32 = 15;
    pub const ALL_OPEN_ORDERS: u32 = 16;
    pub const MANAGED_ACCOUNTS: u32 = 17;
    pub const ADVISOR_DATA: u32 = 18;
    pub const REPLACE_ADVISOR_DATA: u32 = 19;
    pub const HISTORICAL_DATA: u32 = 20;
    pub const EXERCISE_OPTIONS: u32 = 21;
    pub const SCANNER_SUBSCRIPTION: u32 = 22;
    pub const CANCEL_SCANNER_SUBSCRIPTION: u32 = 23;
    pub const SCANNER_PARAMETERS: u32 = 24;
    pub const CANCEL_HISTORICAL_DATA: u32 = 25;
    pub const CURRENT_TIME: u32 = 49;
    pub const REAL_TIME_BARS: u32 = 50;
    pub const CANCEL_REAL_TIME_BARS: u32 = 51;
    pub const FUNDAMENTAL_DATA: u32 = 52;
    pub const CANCEL_FUNDAMENTAL_DATA: u32 = 53;
    pub const IMPLIED_VOLATILITY: u32 = 54;
    pub const OPTION_PRICE: u32 = 55;
    pub const CANCEL_IMPLIED_VOLATILITY: u32 = 56;
    pub const CANCEL_OPTION_PRICE: u32 = 57;
    pub const GLOBAL_CANCEL: u32 = 58;
    pub const MARKET_DATA_TYPE: u32 = 59;
    pub const POSITIONS: u32 = 61;
    pub const ACCOUNT_SUMMARY: u32 = 62;
    pub const CANCEL_ACCOUNT_SUMMARY: u32 = 63;
    pub const CANCEL_POSITIONS: u32 = 64;
    pub const VERIFY: u32 = 65;
    pub const VERIFY_MESSAGE: u32 = 66;
    pub const DISPLAY_GROUPS: u32 = 67;
    pub const GROUP_EVENTS: u32 = 68;
    pub const UPDATE_DISPLAY_GROUP: u32 = 69;
    pub const CANCEL_GROUP_EVENTS: u32 = 70;
    pub const START_API: u32 = 71;
    pub const VERIFY_AND_AUTHORIZE: u32 = 72;
    pub const VERIFY_AND_AUTHORIZE_MESSAGE: u32 = 73;
    pub const POSITIONS_MULTI: u32 = 74;
    pub const CANCEL_POSITIONS_MULTI: u32 = 75;
    pub const ACCOUNT_UPDATES_MULTI: u32 = 76;
    pub const CANCEL_ACCOUNT_UPDATES_MULTI: u32 = 77;
    pub const OPTION_CHAIN: u32 = 78;
    pub const SOFT_DOLLAR_TIERS: u32 = 79;
    pub const FAMILY_CODES: u32 = 80;
    pub const MATCHING_SYMBOLS: u32 = 81;
    pub const MARKET_DEPTH_EXCHANGES: u32 = 82;
    pub const SMART_COMPONENTS: u32 = 83;
    pub const NEWS_ARTICLE: u32 = 84;
    pub const NEWS_PROVIDERS: u32 = 85;
    pub const HISTORICAL_NEWS: u32 = 86;
    pub const HEAD_TIMESTAMP: u32 = 87;
    pub const HISTOGRAM: u32 = 88;
    pub const CANCEL_HISTOGRAM: u32 = 89;
    pub const CANCEL_HEAD_TIMESTAMP: u32 = 90;
    pub const MARKET_RULE: u32 = 91;
    pub const PNL: u32 = 92;
    pub const CANCEL_PNL: u32 = 93;
    pub const PNL_SINGLE: u32 = 94;
    pub const CANCEL_PNL_SINGLE: u32 = 95;
    pub const HISTORICAL_TICKS: u32 = 96;
    pub const TICK_BY_TICK: u32 = 97;
    pub const CANCEL_TICK_BY_TICK: u32 = 98;
    pub const COMPLETED_ORDERS: u32 = 99;
    pub const WSH_META_DATA: u32 = 100;
    pub const CANCEL_WSH_META_DATA: u32 = 101;
    pub const WSH_EVENT_DATA: u32 = 102;
    pub const CANCEL_WSH_EVENT_DATA: u32 = 103;
    pub const USER_INFO: u32 = 104;
    pub const CURRENT_TIME_IN_MILLIS: u32 = 105;
    pub const CANCEL_CONTRACT_DETAILS: u32 = 106;
    pub const CANCEL_HISTORICAL_TICKS: u32 = 107;
    pub const CONFIG: u32 = 108;
    pub const UPDATE_CONFIG: u32 = 109;
}

/// Answers, server to client.
#[expect(missing_docs, reason = "the names are those of IBKR's documentation of the answers")]
pub mod answer {
    pub const ERROR: u32 = 4;
    pub const OPEN_ORDER: u32 = 5;
    pub const ACCOUNT_VALUE: u32 = 6;
    pub const ACCOUNT_UPDATE_TIME: u32 = 8;
    pub const NEXT_VALID_ID: u32 = 9;
    pub const NEWS_BULLETIN: u32 = 14;
    pub const MANAGED_ACCOUNTS: u32 = 15;
    pub const ADVISOR_DATA: u32 = 16;
    pub const HISTORICAL_DATA: u32 = 17;
    pub const SCANNER_PARAMETERS: u32 = 19;
    pub const SCANNER_DATA: u32 = 20;
    pub const CURRENT_TIME: u32 = 49;
    pub const OPEN_ORDERS_END: u32 = 53;
    pub const ACCOUNT_DOWNLOAD_END: u32 = 54;
    pub const EXECUTIONS_END: u32 = 55;
    pub const POSITION: u32 = 61;
    pub const POSITIONS_END: u32 = 62;
    pub const ACCOUNT_SUMMARY: u32 = 63;
    pub const ACCOUNT_SUMMARY_END: u32 = 64;
    pub const DISPLAY_GROUPS: u32 = 67;
    pub const DISPLAY_GROUP_UPDATED: u32 = 68;
    pub const POSITIONS_MULTI_END: u32 = 72;
    pub const ACCOUNT_UPDATE_MULTI: u32 = 73;
    pub const ACCOUNT_UPDATE_MULTI_END: u32 = 74;
    pub const OPTION_CHAIN_END: u32 = 76;
    pub const SOFT_DOLLAR_TIERS: u32 = 77;
    pub const FAMILY_CODES: u32 = 78;
    pub const MATCHING_SYMBOLS: u32 = 79;
    pub const MARKET_DEPTH_EXCHANGES: u32 = 80;
    pub const SMART_COMPONENTS: u32 = 82;
    pub const NEWS_PROVIDERS: u32 = 85;
    pub const HISTORICAL_NEWS_END: u32 = 87;
    pub const HISTOGRAM: u32 = 89;
    pub const MARKET_RULE: u32 = 93;
    pub const PNL: u32 = 94;
    pub const PNL_SINGLE: u32 = 95;
    pub const COMPLETED_ORDERS_END: u32 = 102;
    pub const USER_INFO: u32 = 107;
    pub const HISTORICAL_DATA_END: u32 = 108;
    pub const CURRENT_TIME_IN_MILLIS: u32 = 109;
    pub const CONFIG: u32 = 110;
    pub const CONFIG_UPDATED: u32 = 111;
}

/// The first server versions that speak protobuf for a family of messages.
pub mod since {
    /// Message ids become binary; protobuf becomes possible at all.
    pub const BINARY_IDS: u32 = 201;
    /// Executions.
    pub const EXECUTIONS: u32 = 201;
    /// Open and completed orders.
    pub const ORDERS: u32 = 204;
    /// Accounts, positions and the list of managed accounts.
    pub const ACCOUNTS: u32 = 207;
    /// Errors and notices: protobuf in captures at 208; nothing is known of 201 to 207.
    pub const ERRORS: u32 = 208;
    /// Histograms, as all that is historical.
    pub const HISTORY: u32 = 208;
    /// News and bulletins.
    pub const NEWS: u32 = 209;
    /// Scanners, profit and loss.
    pub const SCANNERS: u32 = 210;
    /// The data of financial advisors.
    pub const ADVISORS: u32 = 211;
    /// Option chains, symbols, market rules, and what else is looked up.
    pub const REFERENCE: u32 = 212;
    /// Start-up, ids and clock, and with them everything.
    pub const SESSION: u32 = 213;
    /// The configuration can be read, in protobuf only.
    pub const CONFIG: u32 = 219;
    /// The configuration can be changed, in protobuf only.
    pub const UPDATE_CONFIG: u32 = 221;
}
