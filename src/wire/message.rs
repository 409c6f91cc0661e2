//! The numbers of the messages, and from which server version each travels as protobuf.
//!
//! Requests and answers have separate number spaces. The gates of requests are those of the official
//! Python client's `server_versions`; those of answers are what live captures show.

/// What is added to a message id to say that protobuf follows.
pub const PROTOBUF_OFFSET: u32 = 200;

/// Requests, client to server.
#[expect(missing_docs, reason = "the names are those of IBKR's documentation of the requests")]
pub mod request {
    pub const PLACE_ORDER: u32 = 3;
    pub const CANCEL_ORDER: u32 = 4;
    pub const OPEN_ORDERS: u32 = 5;
    pub const ACCOUNT_UPDATES: u32 = 6;
    pub const EXECUTIONS: u32 = 7;
    pub const IDS: u32 = 8;
    pub const CANCEL_NEWS_BULLETINS: u32 = 13;
    pub const SERVER_LOG_LEVEL: u32 = 14;
    pub const AUTO_OPEN_ORDERS: u32 = 15;
    pub const ALL_OPEN_ORDERS: u32 = 16;
    pub const MANAGED_ACCOUNTS: u32 = 17;
    pub const EXERCISE_OPTIONS: u32 = 21;
    pub const CURRENT_TIME: u32 = 49;
    pub const GLOBAL_CANCEL: u32 = 58;
    pub const MARKET_DATA_TYPE: u32 = 59;
    pub const POSITIONS: u32 = 61;
    pub const ACCOUNT_SUMMARY: u32 = 62;
    pub const CANCEL_ACCOUNT_SUMMARY: u32 = 63;
    pub const CANCEL_POSITIONS: u32 = 64;
    pub const START_API: u32 = 71;
    pub const POSITIONS_MULTI: u32 = 74;
    pub const CANCEL_POSITIONS_MULTI: u32 = 75;
    pub const ACCOUNT_UPDATES_MULTI: u32 = 76;
    pub const CANCEL_ACCOUNT_UPDATES_MULTI: u32 = 77;
    pub const COMPLETED_ORDERS: u32 = 99;
    pub const CURRENT_TIME_IN_MILLIS: u32 = 105;
}

/// Answers, server to client.
#[expect(missing_docs, reason = "the names are those of IBKR's documentation of the answers")]
pub mod answer {
    pub const ERROR: u32 = 4;
    pub const ACCOUNT_VALUE: u32 = 6;
    pub const ACCOUNT_UPDATE_TIME: u32 = 8;
    pub const NEXT_VALID_ID: u32 = 9;
    pub const MANAGED_ACCOUNTS: u32 = 15;
    pub const CURRENT_TIME: u32 = 49;
    pub const OPEN_ORDERS_END: u32 = 53;
    pub const ACCOUNT_DOWNLOAD_END: u32 = 54;
    pub const EXECUTIONS_END: u32 = 55;
    pub const POSITIONS_END: u32 = 62;
    pub const ACCOUNT_SUMMARY: u32 = 63;
    pub const ACCOUNT_SUMMARY_END: u32 = 64;
    pub const POSITIONS_MULTI_END: u32 = 72;
    pub const ACCOUNT_UPDATE_MULTI: u32 = 73;
    pub const ACCOUNT_UPDATE_MULTI_END: u32 = 74;
    pub const COMPLETED_ORDERS_END: u32 = 102;
    pub const CURRENT_TIME_IN_MILLIS: u32 = 109;
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
    /// Start-up, ids and clock, and with them everything.
    pub const SESSION: u32 = 213;
}
