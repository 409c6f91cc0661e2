"""Drives the official client `ibapi`, whichever release is on PYTHONPATH, at simulated gateways.

usage: official.py HOST PORT,PORT,... CLIENT_ID IDLE_SECONDS [PATIENCE]

At each port, all at the same time: connects, asks all that programs ask when they start and while they idle,
idles, and closes; with 0 seconds to idle it asks for nothing but the time. PATIENCE is how long a gateway
may take over connecting, and over each answer.
Prints one line of JSON for each port:
  connected, took                     how connecting went, and the seconds it took; null when it still goes on
  server_version, accounts, next_id   as the client knows them
  notices      the codes of what the gateway said of its own accord
  unanswered   name of the request -> what was wrong with its answer
  errors       whatever else went wrong: errors nobody asked for, what the library logged, exceptions
"""

import json
import logging
import sys
import threading
import time
from decimal import Decimal

from ibapi.account_summary_tags import AccountSummaryTags
from ibapi.client import EClient
from ibapi.contract import Contract
from ibapi.execution import ExecutionFilter
from ibapi.order import Order
from ibapi.wrapper import EWrapper

# How long a gateway may take over an answer, and a session over all its answers.
PATIENCE, SESSION = 3.0, 30
# Between requests: gateways take 50 messages a second, and complain from a little less on.
PACE = 0.04
# Sent by gateways of their own accord: the state of their farms.
NOTICES = {2104, 2106, 2107, 2108, 2158}


class App(EWrapper, EClient):
    """A client that remembers all it is told."""

    def __init__(self, patience):
        EClient.__init__(self, wrapper=self)
        self.told, self.expected, self.changed = [], [], threading.Condition()
        self.patience, self.closing = patience, False

    def tell(self, name, arguments):
        with self.changed:
            self.told.append((name, arguments))
            self.changed.notify_all()

    def wait(self, wanted, since=0, patience=None):
        """The first thing told since then that is wanted, or None."""
        def found():
            return next((one for one in self.told[since:] if wanted(*one)), None)
        with self.changed:
            self.changed.wait_for(found, self.patience if patience is None else patience)
            return found()

    def msgLoopTmo(self):
        # Called by the library in its own thread when nothing has come: closing is safe only there.
        if self.closing:
            self.disconnect()


def remember(name):
    return lambda self, *arguments, **named: self.tell(name, (*arguments, *named.values()))


for callback in dir(EWrapper):
    if not callback.startswith("_") and callback != "logAnswer" and not hasattr(EClient, callback):
        setattr(App, callback, remember(callback))


def error_of(arguments):
    """Id, code and text; newer releases have the time before the code."""
    later = isinstance(arguments[2], int)
    return arguments[0], arguments[1 + later], arguments[2 + later]


def share():
    contract = Contract()
    contract.symbol, contract.secType, contract.exchange, contract.currency = "AAPL", "STK", "SMART", "USD"
    return contract


def order():
    order = Order()
    order.action, order.orderType, order.totalQuantity, order.lmtPrice = "BUY", "LMT", Decimal(1), 1.0
    order.eTradeOnly = order.firmQuoteOnly = False  # set by old releases, refused by new gateways
    return order


# Name, first server version that has it, request, callback that is the whole answer (its first argument is the
# request id where it has one), error codes that would do as well. Where neither is given, silence is the answer.
REQUESTS = [
    ("current_time", 0, lambda a, n: a.reqCurrentTime(), "currentTime", ()),
    ("current_time_in_millis", 197, lambda a, n: a.reqCurrentTimeInMillis(), "currentTimeInMillis", ()),
    ("managed_accounts", 0, lambda a, n: a.reqManagedAccts(), "managedAccounts", ()),
    ("ids", 0, lambda a, n: a.reqIds(1), "nextValidId", ()),
    ("market_data_type", 0, lambda a, n: a.reqMarketDataType(3), None, ()),
    ("positions", 0, lambda a, n: a.reqPositions(), "positionEnd", ()),
    ("open_orders", 0, lambda a, n: a.reqOpenOrders(), "openOrderEnd", ()),
    ("all_open_orders", 0, lambda a, n: a.reqAllOpenOrders(), "openOrderEnd", ()),
    ("completed_orders", 150, lambda a, n: a.reqCompletedOrders(False), "completedOrdersEnd", ()),
    ("executions", 0, lambda a, n: a.reqExecutions(n, ExecutionFilter()), "execDetailsEnd", ()),
    ("account_updates", 0, lambda a, n: a.reqAccountUpdates(True, a.account), "accountDownloadEnd", ()),
    ("account_updates_off", 0, lambda a, n: a.reqAccountUpdates(False, a.account), None, ()),
    ("account_updates_multi", 103, lambda a, n: a.reqAccountUpdatesMulti(n, a.account, "", False),
     "accountUpdateMultiEnd", ()),
    ("cancel_account_updates_multi", 103, lambda a, n: a.cancelAccountUpdatesMulti(n - 1), None, ()),
    ("account_summary", 0, lambda a, n: a.reqAccountSummary(n, "All", AccountSummaryTags.AllTags),
     "accountSummaryEnd", ()),
    ("cancel_account_summary", 0, lambda a, n: a.cancelAccountSummary(n - 1), None, ()),
    ("positions_multi", 103, lambda a, n: a.reqPositionsMulti(n, a.account, ""), "positionMultiEnd", ()),
    ("cancel_positions_multi", 103, lambda a, n: a.cancelPositionsMulti(n - 1), None, ()),
    ("cancel_positions", 0, lambda a, n: a.cancelPositions(), None, ()),
    ("pnl", 127, lambda a, n: a.reqPnL(n, a.account, ""), "pnl", ()),
    ("cancel_pnl", 127, lambda a, n: a.cancelPnL(n - 1), None, ()),
    ("family_codes", 117, lambda a, n: a.reqFamilyCodes(), "familyCodes", ()),
    ("scanner_parameters", 0, lambda a, n: a.reqScannerParameters(), "scannerParameters", ()),
    ("news_providers", 117, lambda a, n: a.reqNewsProviders(), "newsProviders", ()),
    ("market_depth_exchanges", 117, lambda a, n: a.reqMktDepthExchanges(), "mktDepthExchanges", ()),
    ("soft_dollar_tiers", 106, lambda a, n: a.reqSoftDollarTiers(n), "softDollarTiers", ()),
    ("news_bulletins", 0, lambda a, n: a.reqNewsBulletins(True), None, ()),
    ("cancel_news_bulletins", 0, lambda a, n: a.cancelNewsBulletins(), None, ()),
    ("matching_symbols", 117, lambda a, n: a.reqMatchingSymbols(n, "AAPL"), "symbolSamples", ()),
    ("contract_details", 0, lambda a, n: a.reqContractDetails(n, share()), "contractDetailsEnd", (200,)),
    ("market_data", 0, lambda a, n: a.reqMktData(n, share(), "", False, False, []), None, (200, 354, 10089, 10168)),
    ("cancel_market_data", 0, lambda a, n: a.cancelMktData(n - 1), None, (300,)),
    ("historical_data", 0, lambda a, n: a.reqHistoricalData(n, share(), "", "1 D", "1 hour", "TRADES", 1, 1, False, []),
     None, (162, 200)),
    ("place_order", 111, lambda a, n: a.placeOrder(n, share(), order()), None, (321,)),
]
# Callbacks whose first argument is the id of the request.
WITH_ID = {"execDetailsEnd", "accountUpdateMultiEnd", "accountSummaryEnd", "positionMultiEnd", "pnl", "softDollarTiers",
           "symbolSamples", "contractDetailsEnd"}


def ask(app, number, name, request, callback, codes):
    """Asks, and says what is wrong with the answer; None when nothing is."""
    time.sleep(PACE)
    since = len(app.told)
    request(app, number)
    silent, has_id = callback is None and not codes, callback in WITH_ID or codes
    # An error about a request without an id has -1; a cancellation is about the request before it.
    keys = (number - 1 if name.startswith("cancel_") else number, None if has_id else -1)
    if silent:
        # Nothing may come: a gateway answers one request after the other, so the next answer ends the wait.
        app.reqIds(1)
        callback = "nextValidId"

    def answered(told, arguments):
        if told == "error":
            return error_of(arguments)[0] in keys and error_of(arguments)[1] not in NOTICES
        return told == callback and (told not in WITH_ID or arguments[0] == number)

    answer = app.wait(answered, since)
    if answer is None:
        return f"nothing for {app.patience} s"
    if answer[0] == "error":
        _, code, text = error_of(answer[1])
        app.expected.append(answer)
        return None if code in codes else f"error {code}: {text}"
    return None


def check_figures(app, unanswered):
    """Account figures have to come with their ends."""
    def values(name, place):
        return {arguments[place] for told, arguments in app.told if told == name}

    summary = values("accountSummary", 2)
    # The library misspells two of them, and asks for what no gateway has.
    asked = [tag for tag in AccountSummaryTags.AllTags.split(",") if not tag.startswith("ReqT")]
    missing = [tag for tag in asked if tag not in summary]
    if missing:
        unanswered["account_summary_tags"] = "no " + ",".join(missing)
    for name, place in (("updateAccountValue", 0), ("accountUpdateMulti", 3)):
        if "NetLiquidation" not in values(name, place) and (place == 0 or app.serverVersion() >= 103):
            unanswered[name] = "no NetLiquidation"
    if not values("updateAccountTime", 0):
        unanswered["updateAccountTime"] = "none"


# Where the account is in the arguments of a callback.
ACCOUNT = {"updateAccountValue": 3, "accountDownloadEnd": 0, "accountSummary": 1, "accountUpdateMulti": 1}


def check_protobuf(version, told):
    """Fields that no message has, and text where there is none any more."""
    from google.protobuf.unknown_fields import UnknownFieldSet  # the oldest release has neither
    names = {name for name, _ in told}
    for name, arguments in told:
        if name.endswith("ProtoBuf") and len(UnknownFieldSet(arguments[0])):
            yield f"{name} has fields that its message has not: {arguments[0]}"
    for name in names if version >= 213 else ():
        if hasattr(EWrapper, name + "ProtoBuf") and name + "ProtoBuf" not in names:
            yield f"{name} came as text"


def check_values(accounts, version, told):
    """Times that are not now, and accounts that are not there."""
    now = time.time()
    for name, arguments in told:
        times = {"currentTime": (0, 1), "currentTimeInMillis": (0, 1000), "error": (1, 1000)}.get(name)
        if times and (name != "error" or version >= 194) and abs(arguments[times[0]] / times[1] - now) > 60:
            yield f"{name} has the time {arguments[times[0]]}"
        if name in ACCOUNT and arguments[ACCOUNT[name]] not in accounts:
            yield f"{name} is about the account {arguments[ACCOUNT[name]]!r}"


def greeted(app, seen):
    """The accounts and the id that a session begins with."""
    end = time.monotonic() + app.patience
    for wanted in ("managedAccounts", "nextValidId"):
        left = max(0, end - time.monotonic())
        one = app.wait(lambda name, _: name in (wanted, "connectionClosed"), patience=left)
        if one is None or one[0] != wanted:
            seen["errors"].append(f"no {wanted} after START_API")
            return False
        if wanted == "nextValidId":
            seen["next_id"] = one[1][0]
        else:
            seen["accounts"] = [account for account in one[1][0].split(",") if account]
    app.account = next(iter(seen["accounts"]), "")
    return True


def converse(app, seen, idle):
    """All the requests, then idles with a heartbeat each second."""
    unanswered = seen["unanswered"]
    for number, (name, since, request, callback, codes) in enumerate(REQUESTS if idle else (), start=1000):
        if app.serverVersion() >= since:
            wrong = ask(app, number, name, request, callback, codes)
            if wrong:
                unanswered[name] = wrong
    if idle:
        check_figures(app, unanswered)
    end = time.monotonic() + idle
    while True:
        wrong = ask(app, 999, "heartbeat", lambda a, n: a.reqCurrentTime(), "currentTime", ())
        if wrong:
            unanswered["heartbeat"] = wrong
        if time.monotonic() >= end or app.wait(lambda name, _: name == "connectionClosed", patience=1):
            break
    version, told = app.serverVersion(), list(app.told)
    seen["errors"] += check_values(seen["accounts"], version, told)
    if version > 200:
        seen["errors"] += check_protobuf(version, told)


def visit(host, port, client_id, idle, patience, seen):
    """One session at one gateway."""
    app = App(patience)
    started = time.monotonic()
    app.connect(host, port, client_id)
    seen["took"] = round(time.monotonic() - started, 3)
    seen["server_version"] = app.serverVersion()
    # The library's own word for it may be over already when a gateway closes at once.
    seen["connected"] = app.serverVersion() is not None
    if seen["connected"]:
        reader, loop = app.reader, threading.Thread(target=app.run, name=f"loop {port}", daemon=True)
        reader.name = f"reader {port}"
        loop.start()
        if greeted(app, seen):
            converse(app, seen, idle)
        if app.wait(lambda name, _: name == "connectionClosed", patience=0):
            seen["errors"].append("the connection was closed")
        app.closing = True
        loop.join(PATIENCE)
        reader.join(PATIENCE)  # it looks up once a second
        if loop.is_alive() or reader.is_alive():
            seen["errors"].append("does not close")
    for told, arguments in app.told:
        if told == "error" and error_of(arguments)[1] in NOTICES:
            seen["notices"].append(error_of(arguments)[1])
        elif told == "error" and (told, arguments) not in app.expected:
            seen["errors"].append("error %s, code %s: %s" % error_of(arguments))


class Records(logging.Handler):
    """What the library logs from warnings on, by the thread that logged it."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.lines = []

    def emit(self, record):
        error = record.exc_info and record.exc_info[1]
        self.lines.append((record.threadName, f"{record.getMessage()} {error!r}" if error else record.getMessage()))


def main():
    host, ports, client_id, idle = sys.argv[1], sys.argv[2].split(","), int(sys.argv[3]), float(sys.argv[4])
    patience = float(sys.argv[5]) if len(sys.argv) > 5 else PATIENCE
    records = Records()
    logging.getLogger().addHandler(records)
    threading.excepthook = lambda hook: records.lines.append((hook.thread.name, f"died of {hook.exc_value!r}"))
    visits = []
    for port in map(int, ports):
        seen = {"port": port, "connected": False, "server_version": None, "accounts": [], "next_id": None,
                "took": None, "unanswered": {}, "errors": [], "notices": []}
        arguments = (host, port, client_id, idle, patience, seen)
        thread = threading.Thread(target=visit, args=arguments, name=f"visit {port}", daemon=True)
        thread.start()
        visits.append((thread, seen))
    end = time.monotonic() + (idle + SESSION if idle else 2 * patience + 2)
    for thread, seen in visits:
        thread.join(max(0, end - time.monotonic()))
        if thread.is_alive():
            seen["errors"].append("hangs")  # nothing of it is waited for any longer
        seen["errors"] += [line for name, line in records.lines if name.endswith(f" {seen['port']}") or " " not in name]
        print(json.dumps(seen), flush=True)


if __name__ == "__main__":
    main()
