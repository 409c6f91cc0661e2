"""A bot in its safe state, on ib_insync: connects, trades nothing, says what it runs.

Its log has the lines a playbook looks for. The one thing that makes it leave Strategy C is a gameplan file.
"""
import asyncio
import logging
import os
import pathlib
import signal
import sys

from ib_insync import IB

HOST = os.environ.get("IBKR_HOST", "gateway")
PORT = int(os.environ.get("IBKR_PORT", "4002"))
CLIENT_ID = int(os.environ.get("IBKR_CLIENT_ID", "100"))
TIMEOUT = int(os.environ.get("IBKR_TIMEOUT", "60"))
GAMEPLAN = pathlib.Path(os.environ.get("GAMEPLAN", "/data/gameplan.json"))
ATTEMPTS = 30

log = logging.getLogger("bot")


async def connect(ib: IB) -> None:
    for attempt in range(1, ATTEMPTS + 1):
        log.info("Gateway check attempt %d/%d", attempt, ATTEMPTS)
        try:
            await ib.connectAsync(HOST, PORT, clientId=CLIENT_ID, timeout=TIMEOUT)
            return
        except (OSError, asyncio.TimeoutError) as error:
            log.error("%s: API connection failed", type(error).__name__)
            await asyncio.sleep(1)
    sys.exit(1)


async def main() -> None:
    log.info("Environment: DRY_RUN=%s", os.environ.get("DRY_RUN"))
    log.info("Gateway connection config: %s:%d (clientId=%d, timeout=%ds)", HOST, PORT, CLIENT_ID, TIMEOUT)
    ib = IB()
    await connect(ib)
    account = ib.managedAccounts()[0]
    kind = "Paper" if account.startswith("D") else "LIVE"
    log.info("IBKR Gateway connected successfully")
    log.info("Account: %s (%s Trading)", account, kind)
    log.info("Connection established, client ID: %d", CLIENT_ID)
    if GAMEPLAN.exists():
        log.info("Gameplan loaded from %s", GAMEPLAN)
        log.info("Strategy A active: following the gameplan")
    else:
        log.info("No gameplan file found at %s", GAMEPLAN)
        log.info("Defaulting to Strategy C (Cash Preservation)")
        log.info("Strategy C active: No trading, monitoring only")
        log.info("Bot operational in safe mode")
    stop = asyncio.Event()
    for ending in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(ending, stop.set)
    ib.disconnectedEvent += lambda: (log.error("Disconnected"), stop.set())
    await stop.wait()
    ib.disconnect()


logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s", stream=sys.stdout)
asyncio.run(main())
