//! A machine under paused time: an engine, a gateway that lives in one of its containers, a clock that goes with the time
//! that passes, and a memory that outlives supervision. Weeks of it take seconds.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use openbell::diagnosis::Diagnosis;
use openbell::engine::{Keeping, Ran, Shared, Supervision, Used};
use openbell::event::EntryKind;
use openbell::playbook::Plan;
use openbell::ports::World;
use openbell::ports::broker::{
    AccountId, ApiSettings, Broker, BrokerError, Climb, Connect, HeldSession, Probe, ProbeAsk, Rung, Seen,
    Session, SettingsChange,
};
use openbell::ports::docker::{ContainerWatch, Docker, News};
use openbell::ports::ibc::{Ibc, IbcError};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::engine::FakeEngine;
use super::plan::{fakes, run_with};
use super::world::Fakes;

/// The gateway's container.
pub const GATEWAY: &str = "stack-gateway";
/// The bot's container.
pub const BOT: &str = "stack-bot";
const ADDRESS: &str = "127.0.0.1:4002";

/// What a gateway is like beside its container.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fault of its own")]
pub struct Nature {
    /// From the start of the container until the API answers.
    pub log_in: Duration,
    /// It accepts and never answers, until its container or IBC restarts it.
    pub wedged: Option<Instant>,
    /// It answers no new handshake, and every session that stands.
    pub deaf: bool,
    /// A restart does not help.
    pub incurable: bool,
    /// It restarts by itself until then.
    pub away_until: Option<Instant>,
    /// A log-in waits for a second factor.
    pub second_factor: bool,
    /// It has lost its own servers.
    pub servers_lost: bool,
    /// What its sessions show.
    pub accounts: Vec<&'static str>,
}

impl Nature {
    fn is_wedged(&self, started: Option<Instant>) -> bool {
        self.wedged.is_some_and(|since| self.incurable || started.is_none_or(|started| started < since))
    }
}

/// How it answers now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answers {
    Refuses,
    NothingBehind,
    Silence,
    Well,
}

/// A gateway in a container of the engine.
pub struct Gateway {
    engine: Arc<FakeEngine>,
    nature: watch::Sender<(u32, Nature)>,
    /// Handshakes that were made with it.
    pub handshakes: AtomicU32,
    /// Commands that its IBC took.
    pub commands: AtomicU32,
}

impl Gateway {
    fn new(engine: Arc<FakeEngine>) -> Self {
        let nature = Nature {
            log_in: Duration::from_secs(40),
            wedged: None,
            deaf: false,
            incurable: false,
            away_until: None,
            second_factor: false,
            servers_lost: false,
            accounts: vec!["DU1234567"],
        };
        let (nature, _) = watch::channel((0, nature));
        Self { engine, nature, handshakes: AtomicU32::new(0), commands: AtomicU32::new(0) }
    }

    /// Changes what it is like; sessions stand.
    pub fn becomes(&self, change: impl FnOnce(&mut Nature)) {
        self.nature.send_modify(|(_, nature)| change(nature));
    }

    /// The same, and every session ends.
    pub fn drops_and(&self, change: impl FnOnce(&mut Nature)) {
        self.nature.send_modify(|(generation, nature)| {
            *generation += 1;
            change(nature);
        });
    }

    /// It accepts and never answers any more, until it is restarted.
    pub fn wedges(&self) {
        self.becomes(|nature| nature.wedged = Some(Instant::now()));
    }

    /// The same, and no restart helps.
    pub fn wedges_for_good(&self) {
        self.becomes(|nature| (nature.wedged, nature.incurable) = (Some(Instant::now()), true));
    }

    /// It answers again.
    pub fn is_cured(&self) {
        self.becomes(|nature| (nature.wedged, nature.incurable) = (None, false));
    }

    /// It restarts inside its container, as every night.
    pub fn restarts_for(&self, span: Duration) {
        self.drops_and(|nature| nature.away_until = Some(Instant::now() + span));
    }

    fn answers(&self) -> Answers {
        let (_, nature) = self.nature.borrow().clone();
        if !self.engine.is_running(GATEWAY) {
            return Answers::Refuses;
        }
        let started = self.engine.with(|state| state.started.get(GATEWAY).copied());
        let logs_in = started.is_some_and(|started| started.elapsed() < nature.log_in);
        let away = nature.away_until.is_some_and(|until| Instant::now() < until);
        match () {
            () if logs_in || away || nature.second_factor => Answers::NothingBehind,
            () if nature.deaf || nature.is_wedged(started) => Answers::Silence,
            () => Answers::Well,
        }
    }

    async fn greet(&self, patience: Duration) -> Result<(), BrokerError> {
        self.handshakes.fetch_add(1, Ordering::Relaxed);
        let address = ADDRESS.to_owned();
        match self.answers() {
            Answers::Well => Ok(()),
            Answers::Refuses => Err(BrokerError::Refused { address }),
            Answers::NothingBehind => Err(BrokerError::NothingBehind { address, how: "closed".into() }),
            Answers::Silence => {
                tokio::time::sleep(patience).await;
                let waited_ms = patience.as_millis();
                Err(BrokerError::Mute { address, reached: Rung::Tcp, waited_ms, unfinished: 0 })
            }
        }
    }

    fn accounts(&self) -> Vec<AccountId> {
        self.nature.borrow().1.accounts.iter().copied().map(AccountId::new).collect()
    }
}

#[async_trait]
impl Probe for Gateway {
    async fn probe(&self, ask: &ProbeAsk, reached: &(dyn Fn(Rung) + Sync)) -> Climb {
        if let Err(error) = self.greet(ask.patience).await {
            return Climb { seen: Seen::default(), end: Err(error) };
        }
        let mut seen = Seen {
            server_version: Some(226),
            accounts: self.accounts(),
            next_order_id: Some(1),
            ..Seen::default()
        };
        for rung in [Rung::Tcp, Rung::Version, Rung::Accounts, Rung::NextId, Rung::Request, Rung::Farms] {
            if rung <= ask.until {
                reached(rung);
                seen.rungs.push((rung, Duration::ZERO));
            }
        }
        Climb { seen, end: Ok(()) }
    }
}

fn session(connect: &Connect, accounts: Vec<AccountId>) -> Session {
    let client_id = connect.client_id;
    Session { server_version: 226, accounts, next_order_id: 1, gateway_time: 1_787_607_559, client_id }
}

#[async_trait]
impl Broker for Gateway {
    async fn session(&self, connect: &Connect) -> Result<Session, BrokerError> {
        self.greet(connect.timeout).await?;
        Ok(session(connect, self.accounts()))
    }

    async fn hold(&self, connect: &Connect) -> Result<Box<dyn HeldSession>, BrokerError> {
        self.greet(connect.timeout).await?;
        let dropped = || BrokerError::Dropped { address: ADDRESS.into(), how: "closed".into() };
        let container = self.engine.container(GATEWAY).await.ok().flatten().ok_or_else(dropped)?;
        let news = self.engine.watch(&container).await.map_err(|_| dropped())?;
        let nature = self.nature.subscribe();
        let generation = nature.borrow().0;
        let session = session(connect, self.accounts());
        let engine = self.engine.clone();
        Ok(Box::new(Held {
            engine,
            session,
            generation,
            nature,
            news: tokio::sync::Mutex::new(news),
            told: false,
        }))
    }

    async fn data(&self, _: &Connect) -> Result<usize, BrokerError> {
        Ok(6)
    }

    async fn settings(&self, _: &Connect) -> Result<Option<ApiSettings>, BrokerError> {
        Ok(None)
    }

    async fn change_settings(&self, _: &Connect, _: &SettingsChange) -> Result<Vec<String>, BrokerError> {
        Ok(Vec::new())
    }
}

#[async_trait]
impl Ibc for Gateway {
    async fn restart(&self, _: &str) -> Result<String, IbcError> {
        self.commands.fetch_add(1, Ordering::Relaxed);
        self.drops_and(|nature| {
            nature.away_until = Some(Instant::now() + Duration::from_mins(1));
            nature.wedged = nature.wedged.filter(|_| nature.incurable);
            nature.deaf = false;
        });
        Ok("OK".into())
    }
}

struct Held {
    engine: Arc<FakeEngine>,
    session: Session,
    generation: u32,
    nature: watch::Receiver<(u32, Nature)>,
    news: tokio::sync::Mutex<Box<dyn ContainerWatch>>,
    told: bool,
}

#[async_trait]
impl HeldSession for Held {
    fn session(&self) -> &Session {
        &self.session
    }

    async fn beat(&mut self) -> Result<(), BrokerError> {
        let started = self.engine.with(|state| state.started.get(GATEWAY).copied());
        let wedged = self.nature.borrow().1.is_wedged(started);
        if wedged {
            tokio::time::sleep(Duration::from_secs(10)).await;
            return Err(BrokerError::HalfOpen { address: ADDRESS.into(), waited_ms: 10_000 });
        }
        Ok(())
    }

    async fn lost(&mut self) -> BrokerError {
        loop {
            let (generation, lost) = {
                let nature = self.nature.borrow_and_update();
                (nature.0, nature.1.servers_lost)
            };
            if generation != self.generation {
                return BrokerError::Dropped { address: ADDRESS.into(), how: "closed".into() };
            }
            if lost && !self.told {
                self.told = true;
                return BrokerError::ConnectivityLost { address: ADDRESS.into(), code: 1100 };
            }
            tokio::select! {
                news = self.news.get_mut().next() => if news == News::Ended {
                    return BrokerError::Dropped { address: ADDRESS.into(), how: "closed".into() };
                },
                changed = self.nature.changed() => if changed.is_err() { std::future::pending().await },
            }
        }
    }

    async fn restored(&mut self) -> Result<(), BrokerError> {
        loop {
            let (generation, lost) = {
                let nature = self.nature.borrow_and_update();
                (nature.0, nature.1.servers_lost)
            };
            if generation != self.generation {
                return Err(BrokerError::Dropped { address: ADDRESS.into(), how: "closed".into() });
            }
            if !lost {
                return Ok(());
            }
            if self.nature.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    async fn close(self: Box<Self>) {}
}

/// What supervision remembers and tells, in memory.
pub struct Keep {
    began: Instant,
    base: Timestamp,
    /// By how much somebody set the clock.
    pub set: Mutex<SignedDuration>,
    pub entries: Mutex<Vec<(Timestamp, EntryKind)>>,
    pub used: Mutex<Vec<(Used, Timestamp)>>,
    pub paused: Mutex<Option<Timestamp>>,
    pub again: AtomicBool,
    pub latch: Mutex<Option<Diagnosis>>,
    /// The live account is not armed any more.
    pub disarmed: AtomicBool,
    /// The disk takes nothing any more.
    pub full: AtomicBool,
}

impl Keep {
    /// One whose clock shows that time now.
    pub fn at(base: &str) -> Self {
        Self {
            began: Instant::now(),
            base: base.parse().unwrap(),
            set: Mutex::default(),
            entries: Mutex::default(),
            used: Mutex::default(),
            paused: Mutex::default(),
            again: AtomicBool::new(false),
            latch: Mutex::default(),
            disarmed: AtomicBool::new(false),
            full: AtomicBool::new(false),
        }
    }

    /// The names of what was told, in order.
    pub fn told(&self) -> Vec<String> {
        self.entries.lock().unwrap().iter().map(|(_, kind)| word(kind)).collect()
    }

    pub fn count(&self, of: &Used) -> usize {
        self.uses(of).len()
    }

    /// When containers were restarted, whichever.
    pub fn restarts(&self) -> Vec<Timestamp> {
        let used = self.used.lock().unwrap();
        used.iter().filter(|(used, _)| matches!(used, Used::Restart(_))).map(|(_, at)| *at).collect()
    }
}

/// An entry in a few words.
pub fn word(kind: &EntryKind) -> String {
    let value = serde_json::to_value(kind).unwrap();
    let name = value["entry"].as_str().unwrap().to_owned();
    match kind {
        EntryKind::Lost { what, why, maintenance } => {
            let inside = if maintenance.is_some() { ", in maintenance" } else { "" };
            format!("lost {what:?}: {}{inside}", why.code)
        }
        EntryKind::Recovering { rung, attempt, .. } => format!("{rung:?} {attempt}"),
        EntryKind::Recovered { by, .. } => format!("recovered by {by:?}"),
        EntryKind::Waits { rung, why, .. } => format!("waits {rung:?}: {}", why.code),
        EntryKind::Halted { why }
        | EntryKind::NeedsPerson { why, .. }
        | EntryKind::Unsafe { why, .. }
        | EntryKind::Outlived { why, .. }
        | EntryKind::Notice { why } => format!("{name}: {}", why.code),
        _ => name,
    }
}

impl Keeping for Keep {
    fn now(&self) -> Timestamp {
        self.base + SignedDuration::try_from(self.began.elapsed()).unwrap() + *self.set.lock().unwrap()
    }

    fn tell(&self, kind: EntryKind) {
        self.entries.lock().unwrap().push((self.now(), kind));
    }

    fn uses(&self, of: &Used) -> Vec<Timestamp> {
        self.used.lock().unwrap().iter().filter(|(used, _)| used == of).map(|(_, at)| *at).collect()
    }

    fn note(&self, used: &Used, at: Timestamp) -> Result<(), Diagnosis> {
        if self.full.load(Ordering::Relaxed) {
            return Err(Diagnosis::of(&BrokerError::Refused { address: "the disk".into() }));
        }
        self.used.lock().unwrap().push((used.clone(), at));
        Ok(())
    }

    fn paused(&self) -> Option<Timestamp> {
        self.paused.lock().unwrap().filter(|until| *until > self.now())
    }

    fn still_armed(&self) -> Result<(), Diagnosis> {
        if self.disarmed.load(Ordering::Relaxed) {
            return Err(Diagnosis::of(&BrokerError::Refused { address: "the arming file".into() }));
        }
        Ok(())
    }

    fn latched(&self) -> Option<Diagnosis> {
        self.latch.lock().unwrap().clone()
    }

    fn latch(&self, breach: Option<&Diagnosis>) {
        *self.latch.lock().unwrap() = breach.cloned();
    }

    fn asked_again(&self) -> bool {
        self.again.swap(false, Ordering::Relaxed)
    }
}

/// Supervises until the token is cancelled, and counts the runs.
pub async fn supervise(
    plan: &Plan,
    (fakes, keep, runs): (&Fakes, &Keep, &AtomicU32),
    stop: &CancellationToken,
) {
    let shared = Shared { stop: stop.clone(), ..Shared::default() };
    let run = async |plan: &Plan| {
        runs.fetch_add(1, Ordering::Relaxed);
        let told = run_with(plan, fakes, &shared).await;
        let failed = told.report.steps.iter().find(|step| step.failure.is_some());
        let why = failed.and_then(|step| step.failure.as_ref()).map(|failure| failure.why.clone());
        let ended_by = failed.map(|step| step.id.clone());
        Ran { verdict: told.verdict, step: ended_by, why: why.or(told.report.why) }
    };
    Supervision::new(plan, (&fakes.world, &shared), keep, run).carry_on().await;
}

/// The machine.
pub struct Machine {
    pub fakes: Fakes,
    pub gateway: Arc<Gateway>,
    pub keep: Arc<Keep>,
    pub runs: AtomicU32,
}

impl Machine {
    /// One whose clock shows that time now.
    pub fn at(base: &str) -> Self {
        let mut fakes = fakes();
        let gateway = Arc::new(Gateway::new(fakes.engine.clone()));
        let keep = Arc::new(Keep::at(base));
        fakes.world =
            World { broker: gateway.clone(), probe: gateway.clone(), ibc: gateway.clone(), ..fakes.world };
        let clock = keep.clone();
        fakes.engine.with(|state| state.clock = Some(Box::new(move || clock.now().to_string())));
        Self { fakes, gateway, keep, runs: AtomicU32::new(0) }
    }

    /// Supervises until the token is cancelled.
    pub async fn watch(&self, plan: &Plan, stop: &CancellationToken) {
        supervise(plan, (&self.fakes, &self.keep, &self.runs), stop).await;
    }

    /// Supervises while `story` happens, and ends then.
    pub async fn during(&self, plan: &Plan, story: impl Future<Output = ()>) {
        let stop = CancellationToken::new();
        let story = async {
            story.await;
            stop.cancel();
        };
        tokio::join!(self.watch(plan, &stop), story);
    }

    /// The power is cut and comes back: containers without a restart policy have ended, nothing else is forgotten.
    pub fn power_cut(&self) {
        self.fakes.engine.with(|state| {
            state.ends(BOT, 137);
            state.ends(GATEWAY, 137);
        });
        self.gateway.drops_and(|_| {});
    }
}

/// Time passes.
pub async fn after(span: Duration) {
    tokio::time::sleep(span).await;
}

/// The same in minutes.
pub async fn minutes(count: u64) {
    after(Duration::from_mins(count)).await;
}
