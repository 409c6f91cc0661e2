"""Drives ib_insync or ib_async, whichever is on PYTHONPATH, at simulated gateways.

usage: insync.py HOST PORT,PORT,... CLIENT_ID IDLE_SECONDS [CONNECT_TIMEOUT]

At each port, all at the same time: connects and syncs, asks all that programs ask when they start and while they
idle, idles, and closes; with 0 seconds to idle it only connects. Prints one line of JSON for each port:
  connected, failure, took            how connecting went, and the seconds it took
  server_version, accounts, next_id   as the client knows them
  unanswered   name of the request -> what was wrong with its answer
  errors       whatever else went wrong: errors nobody asked for, what the library logged, exceptions
  log          all that the library logged
"""

import asyncio
import datetime
import importlib
import inspect
import json
import logging
import sys
import time

asyncio.set_event_loop(asyncio.new_event_loop())  # the libraries look for one when they are imported
try:
    import ib_insync as library
except ImportError:
    import ib_async as library
Wrapper = importlib.import_module(library.__name__ + ".wrapper").Wrapper

# How long a gateway may take over an answer.
PATIENCE = 3
# Between requests: gateways take 50 messages a second, and complain from a little less on.
PACE = 0.04
# Sent by gateways of their own accord: the state of their farms.
NOTICES = {2104, 2106, 2107, 2108, 2158}
# The library logs each error that it also reports, and what it makes of one that is about an order.
REPORTED = ("Error ", "Warning ", "Canceled order: ", "IBKR API validation warning: ")


def remember(name, method):
    """The method of the library, which also tells that it was called."""
    def called(self, *arguments):
        self.ib.told.append((name, arguments))
        self.ib.changed.set()
        return method(self, *arguments)
    return called


TOLD = """currentTime nextValidId managedAccounts positionEnd openOrderEnd completedOrdersEnd execDetailsEnd
updateAccountTime accountDownloadEnd accountUpdateMultiEnd accountSummaryEnd positionMultiEnd pnl familyCodes
scannerParameters newsProviders mktDepthExchanges softDollarTiers symbolSamples contractDetailsEnd historicalDataEnd
error""".split()
for callback in TOLD:
    setattr(Wrapper, callback, remember(callback, getattr(Wrapper, callback)))


def share():
    return library.Stock("AAPL", "SMART", "USD", conId=265598)


def order():
    return library.LimitOrder("BUY", 1, 1.0)


# Name, request, callback that is the whole answer, error codes that would do as well. Where neither is given, silence
# is the answer. `n` is the id that the library will give to the next request that has one.
REQUESTS = [
    ("current_time", lambda ib, n: ib.reqCurrentTimeAsync(), "currentTime", ()),
    ("managed_accounts", lambda ib, n: ib.client.reqManagedAccts(), "managedAccounts", ()),
    ("ids", lambda ib, n: ib.client.reqIds(1), "nextValidId", ()),
    ("market_data_type", lambda ib, n: ib.reqMarketDataType(3), None, ()),
    ("positions", lambda ib, n: ib.reqPositionsAsync(), "positionEnd", ()),
    ("open_orders", lambda ib, n: ib.reqOpenOrdersAsync(), "openOrderEnd", ()),
    ("all_open_orders", lambda ib, n: ib.reqAllOpenOrdersAsync(), "openOrderEnd", ()),
    ("completed_orders", lambda ib, n: ib.reqCompletedOrdersAsync(False), "completedOrdersEnd", ()),
    ("executions", lambda ib, n: ib.reqExecutionsAsync(), "execDetailsEnd", ()),
    ("account_updates", lambda ib, n: ib.reqAccountUpdatesAsync(ib.account), "accountDownloadEnd", ()),
    ("account_updates_off", lambda ib, n: ib.client.reqAccountUpdates(False, ib.account), None, ()),
    ("account_updates_multi", lambda ib, n: ib.reqAccountUpdatesMultiAsync(ib.account), "accountUpdateMultiEnd", ()),
    ("cancel_account_updates_multi", lambda ib, n: ib.client.cancelAccountUpdatesMulti(n - 1), None, ()),
    ("account_summary", lambda ib, n: ib.reqAccountSummaryAsync(), "accountSummaryEnd", ()),
    ("cancel_account_summary", lambda ib, n: ib.client.cancelAccountSummary(n - 1), None, ()),
    ("positions_multi", lambda ib, n: ib.client.reqPositionsMulti(ib.client.getReqId(), ib.account, ""),
     "positionMultiEnd", ()),
    ("cancel_positions_multi", lambda ib, n: ib.client.cancelPositionsMulti(n - 1), None, ()),
    ("cancel_positions", lambda ib, n: ib.client.cancelPositions(), None, ()),
    ("pnl", lambda ib, n: ib.reqPnL(ib.account) and None, "pnl", ()),
    ("cancel_pnl", lambda ib, n: ib.cancelPnL(ib.account), None, ()),
    ("family_codes", lambda ib, n: ib.client.reqFamilyCodes(), "familyCodes", ()),
    ("scanner_parameters", lambda ib, n: ib.reqScannerParametersAsync(), "scannerParameters", ()),
    ("news_providers", lambda ib, n: ib.reqNewsProvidersAsync(), "newsProviders", ()),
    ("market_depth_exchanges", lambda ib, n: ib.reqMktDepthExchangesAsync(), "mktDepthExchanges", ()),
    ("soft_dollar_tiers", lambda ib, n: ib.client.reqSoftDollarTiers(ib.client.getReqId()), "softDollarTiers", ()),
    ("news_bulletins", lambda ib, n: ib.reqNewsBulletins(True), None, ()),
    ("cancel_news_bulletins", lambda ib, n: ib.cancelNewsBulletins(), None, ()),
    ("matching_symbols", lambda ib, n: ib.reqMatchingSymbolsAsync("AAPL"), "symbolSamples", ()),
    ("contract_details", lambda ib, n: ib.reqContractDetailsAsync(share()), "contractDetailsEnd", (200,)),
    ("market_data", lambda ib, n: ib.reqMktData(ib.share) and None, None, (200, 354, 10089, 10168)),
    ("cancel_market_data", lambda ib, n: ib.cancelMktData(ib.share) and None, None, (300,)),
    ("historical_data", lambda ib, n: ib.reqHistoricalDataAsync(share(), "", "1 D", "1 hour", "TRADES", True),
     None, (162, 200)),
    # What the library's watchdog asks when nothing has come for a while; without bars it takes the gateway for dead.
    ("watchdog_probe",
     lambda ib, n: ib.reqHistoricalDataAsync(library.Forex("EURUSD"), "", "30 S", "5 secs", "MIDPOINT", False),
     "historicalDataEnd", ()),
    ("place_order", lambda ib, n: ib.placeOrder(share(), order()) and None, None, (321,)),
]
# Callbacks whose first argument is the id of the request.
WITH_ID = {"execDetailsEnd", "accountUpdateMultiEnd", "accountSummaryEnd", "positionMultiEnd", "pnl", "softDollarTiers",
           "symbolSamples", "contractDetailsEnd", "historicalDataEnd"}


async def told(ib, wanted, since):
    """The first thing told since then that is wanted."""
    while True:
        for one in ib.told[since:]:
            if wanted(*one):
                return one
        ib.changed.clear()
        await ib.changed.wait()


async def ask(ib, name, request, callback, codes):
    """Asks, and says what is wrong with the answer; None when nothing is."""
    await asyncio.sleep(PACE)
    since, number = len(ib.told), ib.client._reqIdSeq
    answer = request(ib, number)
    future = asyncio.ensure_future(answer) if inspect.isawaitable(answer) else None
    silent, has_id = callback is None and not codes, callback in WITH_ID or codes
    # An error about a request without an id has -1; a cancellation is about the request before it.
    keys = (number - 1 if name.startswith("cancel_") else number, None if has_id else -1)
    if silent:
        # Nothing may come: a gateway answers one request after the other, so the next answer ends the wait.
        ib.client.reqIds(1)
        callback = "nextValidId"

    def answered(told, arguments):
        if told == "error":
            return arguments[0] in keys and arguments[1] not in NOTICES
        return told == callback and (told not in WITH_ID or arguments[0] == number)

    try:
        answer = await asyncio.wait_for(told(ib, answered, since), PATIENCE)
    except asyncio.TimeoutError:
        return f"nothing for {PATIENCE} s"
    if answer[0] == "error":
        ib.expected.append(answer)
    wrong = None
    if answer[0] == "error" and answer[1][1] not in codes:
        wrong = f"error {answer[1][1]}: {answer[1][2]}"
    if future and answer[0] == "error" and answer[1][0] == -1:
        future.cancel()  # the library cannot know what the error is about, and would wait for ever
    elif future:
        _, pending = await asyncio.wait([future], timeout=PATIENCE)
        wrong = "the library goes on waiting" if pending else wrong
    return wrong


def check_figures(ib, unanswered):
    """Account figures have to come with their ends."""
    summary = {value.tag for value in ib.wrapper.acctSummary.values()}
    asked = """AccountType NetLiquidation TotalCashValue SettledCash AccruedCash BuyingPower EquityWithLoanValue
    GrossPositionValue InitMarginReq MaintMarginReq AvailableFunds ExcessLiquidity Cushion FullInitMarginReq
    FullMaintMarginReq FullAvailableFunds FullExcessLiquidity LookAheadNextChange LookAheadInitMarginReq
    LookAheadMaintMarginReq LookAheadAvailableFunds LookAheadExcessLiquidity Leverage""".split()
    ledger = "CashBalance NetLiquidationByCurrency StockMarketValue ExchangeRate RealizedPnL UnrealizedPnL".split()
    for name, tags in (("account_summary_tags", asked), ("account_summary_ledger", ledger)):
        missing = [tag for tag in tags if tag not in summary]
        if missing:
            unanswered[name] = "no " + ",".join(missing)
    if not any(value.tag == "NetLiquidation" and value.account == ib.account for value in ib.accountValues()):
        unanswered["account_values"] = "no NetLiquidation"
    if not any(name == "updateAccountTime" for name, _ in ib.told):
        unanswered["account_update_time"] = "none"
    now = [arguments[0] for name, arguments in ib.told if name == "currentTime"]
    off = [time.time() - (then.timestamp() if isinstance(then, datetime.datetime) else then) for then in now]
    if any(abs(seconds) > 10 for seconds in off):
        unanswered["current_time_value"] = f"off by {off} s"


async def converse(ib, seen, idle):
    """All the requests, then idles with a heartbeat each second."""
    unanswered = seen["unanswered"]
    for name, request, callback, codes in REQUESTS:
        wrong = await ask(ib, name, request, callback, codes)
        if wrong:
            unanswered[name] = wrong
    check_figures(ib, unanswered)
    end = time.monotonic() + idle
    while time.monotonic() < end:
        wrong = await ask(ib, "heartbeat", lambda ib, n: ib.reqCurrentTimeAsync(), "currentTime", ())
        if wrong:
            unanswered["heartbeat"] = wrong
        await asyncio.sleep(min(1, max(0, end - time.monotonic())))
    for name, arguments in ib.told:
        if name == "error" and (name, arguments) not in ib.expected and arguments[1] not in NOTICES:
            seen["errors"].append("error %s, code %s: %s" % arguments[:3])
    if not ib.isConnected():
        seen["errors"].append("the connection was closed")


class Lines(logging.Handler):
    """What the library logs about one port."""

    def __init__(self, seen):
        super().__init__()
        self.seen = seen

    def emit(self, record):
        error = record.exc_info and record.exc_info[1]
        line = record.getMessage() + (f" {error!r}" if error else "")
        self.seen["log"].append(f"{record.levelname} {line}")
        if record.levelno >= logging.WARNING and not line.startswith(REPORTED):
            self.seen["errors"].append(line)


async def visit(host, port, client_id, idle, timeout):
    """One session at one gateway."""
    seen = {"port": port, "connected": False, "failure": None, "server_version": None, "accounts": [], "next_id": None,
            "unanswered": {}, "errors": [], "log": []}
    ib = library.IB()
    ib.told, ib.expected, ib.changed, ib.share = [], [], asyncio.Event(), share()
    # A logger for each port: the library's own does not say which connection a line is about.
    logger = logging.getLogger(str(port))
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(Lines(seen))
    ib._logger = ib.client._logger = ib.wrapper._logger = ib.client.decoder.logger = logger
    started = time.monotonic()
    try:
        await ib.connectAsync(host, port, client_id, timeout=timeout)
        seen["connected"] = True
    except Exception as error:
        seen["failure"] = type(error).__name__ + (f": {error}" if str(error) else "")
    seen["took"] = round(time.monotonic() - started, 3)
    if seen["connected"]:
        seen["server_version"], seen["accounts"] = ib.client.serverVersion(), ib.managedAccounts()
        seen["next_id"] = next(arguments[0] for name, arguments in ib.told if name == "nextValidId")
        ib.account = seen["accounts"][0]
        if idle:
            try:
                await converse(ib, seen, idle)
            except Exception as error:
                seen["errors"].append(repr(error))
        ib.disconnect()
    print(json.dumps(seen), flush=True)


async def main():
    host, ports, client_id, idle = sys.argv[1], sys.argv[2].split(","), int(sys.argv[3]), float(sys.argv[4])
    timeout = float(sys.argv[5]) if len(sys.argv) > 5 else 4
    asyncio.get_running_loop().set_exception_handler(lambda _, context: sys.exit(f"unhandled: {context}"))
    await asyncio.gather(*(visit(host, int(port), client_id, idle, timeout) for port in ports))


if __name__ == "__main__":
    asyncio.run(main())
