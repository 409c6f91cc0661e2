//! Which settings the configuration has, and where in its messages each stands.
//!
//! Groups, numbers and kinds are those that the Rust crate `ibapi` 5.5.0 reads and writes; the names are
//! those by which a gateway reports what an edit changed.

/// The part of the configuration that a setting belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// When and how the gateway logs off by itself.
    LockAndExit,
    /// Which safety questions about orders are skipped.
    Precautions,
    /// The API itself: who may connect, where, and what is sent.
    Api,
    /// How orders are routed.
    SmartRouting,
}

impl Group {
    /// All groups, in the order of the message.
    pub const ALL: [Self; 4] = [Self::LockAndExit, Self::Precautions, Self::Api, Self::SmartRouting];

    /// The fields that lead from the whole message to the group.
    pub(super) const fn path(self) -> &'static [u32] {
        match self {
            Self::LockAndExit => &[2],
            Self::Precautions => &[4, 1],
            Self::Api => &[4, 2],
            Self::SmartRouting => &[5, 1],
        }
    }
}

/// What the value of a setting is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Yes or no.
    Flag,
    /// A whole number of 32 bits.
    Number,
    /// A text.
    Text,
    /// Several texts.
    List,
}

/// A setting, without its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// Where it belongs.
    pub group: Group,
    /// Its number in its group.
    pub field: u32,
    /// Its name.
    pub name: &'static str,
    /// What its value is.
    pub kind: Kind,
}

impl Key {
    /// When the gateway logs off, or restarts, by itself.
    pub const AUTO_LOGOFF_TIME: Self = text(Group::LockAndExit, 1, "autoLogoffTime");
    /// Whether that time is before or after noon, where the time does not say so.
    pub const AUTO_LOGOFF_PERIOD: Self = text(Group::LockAndExit, 2, "autoLogoffPeriod");
    /// Whether it logs off or restarts then.
    pub const AUTO_LOGOFF_TYPE: Self = text(Group::LockAndExit, 3, "autoLogoffType");
    /// Whether the API refuses orders.
    pub const READ_ONLY_API: Self = flag(Group::Api, 1, "readOnlyApi");
    /// The TCP port of the API.
    pub const SOCKET_PORT: Self = number(Group::Api, 8, "socketPort");
    /// The client id that sees the orders of all others.
    pub const MASTER_CLIENT_ID: Self = number(Group::Api, 18, "masterClientId");
    /// Whether only clients on the gateway's own machine may connect.
    pub const ALLOW_LOCALHOST_ONLY: Self = flag(Group::Api, 35, "allowLocalhostOnly");
    /// The addresses from which clients may connect without a question on the screen.
    pub const TRUSTED_IPS: Self = Self { group: Group::Api, field: 36, name: "trustedIPs", kind: Kind::List };

    /// Every setting there is.
    pub fn all() -> impl Iterator<Item = Self> {
        KEYS.iter().copied()
    }

    /// The setting with that number in that group.
    pub fn at(group: Group, field: u32) -> Option<Self> {
        Self::all().find(|key| key.group == group && key.field == field)
    }
}

const fn flag(group: Group, field: u32, name: &'static str) -> Key {
    Key { group, field, name, kind: Kind::Flag }
}

const fn number(group: Group, field: u32, name: &'static str) -> Key {
    Key { group, field, name, kind: Kind::Number }
}

const fn text(group: Group, field: u32, name: &'static str) -> Key {
    Key { group, field, name, kind: Kind::Text }
}

const KEYS: [Key; 53] = [
    Key::AUTO_LOGOFF_TIME,
    Key::AUTO_LOGOFF_PERIOD,
    Key::AUTO_LOGOFF_TYPE,
    flag(Group::Precautions, 1, "bypassOrderPrecautions"),
    flag(Group::Precautions, 2, "bypassBondWarning"),
    flag(Group::Precautions, 3, "bypassNegativeYieldConfirmation"),
    flag(Group::Precautions, 4, "bypassCalledBondWarning"),
    flag(Group::Precautions, 5, "bypassSameActionPairTradeWarning"),
    flag(Group::Precautions, 6, "bypassFlaggedAccountsWarning"),
    flag(Group::Precautions, 7, "bypassPriceBasedVolatilityWarning"),
    flag(Group::Precautions, 8, "bypassRedirectOrderWarning"),
    flag(Group::Precautions, 9, "bypassNoOverfillProtection"),
    flag(Group::Precautions, 10, "bypassRouteMarketableToBBO"),
    Key::READ_ONLY_API,
    flag(Group::Api, 2, "totalQuantityForMutualFunds"),
    flag(Group::Api, 3, "downloadOpenOrdersOnConnection"),
    flag(Group::Api, 4, "includeVirtualFxPositions"),
    flag(Group::Api, 5, "prepareDailyPnL"),
    flag(Group::Api, 6, "sendStatusUpdatesForVolatilityOrders"),
    text(Group::Api, 7, "encodeApiMessages"),
    Key::SOCKET_PORT,
    flag(Group::Api, 9, "useNegativeAutoRange"),
    flag(Group::Api, 10, "createApiMessageLogFile"),
    flag(Group::Api, 11, "includeMarketDataInLogFile"),
    flag(Group::Api, 12, "exposeTradingScheduleToApi"),
    flag(Group::Api, 13, "splitInsuredDepositFromCashBalance"),
    flag(Group::Api, 14, "sendZeroPositionsForTodayOnly"),
    flag(Group::Api, 15, "letApiAccountRequestsSwitchSubscription"),
    flag(Group::Api, 16, "useAccountGroupsWithAllocationMethods"),
    text(Group::Api, 17, "loggingLevel"),
    Key::MASTER_CLIENT_ID,
    number(Group::Api, 19, "bulkDataTimeout"),
    text(Group::Api, 20, "componentExchSeparator"),
    flag(Group::Api, 21, "showForexDataIn1_10Pips"),
    flag(Group::Api, 22, "allowForexTradingIn1_10Pips"),
    flag(Group::Api, 23, "roundAccountValuesToNearestWholeNumber"),
    flag(Group::Api, 24, "sendMarketDataInLotsForUsStocks"),
    flag(Group::Api, 25, "showAdvancedOrderRejectInUi"),
    flag(Group::Api, 26, "rejectMessagesAboveMaxRate"),
    flag(Group::Api, 27, "maintainConnectionOnIncorrectFields"),
    flag(Group::Api, 28, "compatibilityModeNasdaqStocks"),
    text(Group::Api, 29, "sendInstrumentTimezone"),
    flag(Group::Api, 30, "sendForexDataInCompatibilityMode"),
    flag(Group::Api, 31, "maintainAndResubmitOrdersOnReconnect"),
    number(Group::Api, 32, "historicalDataMaxSize"),
    flag(Group::Api, 33, "autoReportNettingEventContractTrades"),
    text(Group::Api, 34, "optionExerciseRequestType"),
    Key::ALLOW_LOCALHOST_ONLY,
    Key::TRUSTED_IPS,
    flag(Group::SmartRouting, 1, "seekPriceImprovement"),
    flag(Group::SmartRouting, 2, "preOpenReroute"),
    flag(Group::SmartRouting, 3, "doNotRouteToDarkPools"),
    text(Group::SmartRouting, 4, "defaultAlgorithm"),
];
