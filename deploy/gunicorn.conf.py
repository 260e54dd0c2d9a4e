"""How gunicorn serves the application: processes rather than threads, each recycled now and then."""

import gc
import multiprocessing
import os
import re
from typing import Any

from gunicorn.glogging import Logger

wsgi_app = "wsgi:app"
bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_CONCURRENCY", multiprocessing.cpu_count()))
worker_class = "sync"
# A request that takes this long is stuck: lists are streamed, documents are rendered by the jobs worker.
timeout = 60
graceful_timeout = 30
keepalive = 5
# The application is imported once, before the processes part: they share its memory and answer at once.
preload_app = True
gc.disable()  # nothing of what an import makes is garbage; looking for it would cost a fifth of the start
# A little leak of a library never becomes a large one; the spread keeps workers from leaving together.
max_requests = 5000
max_requests_jitter = 500
# The heartbeat is a file: memory does not stall when a disk is busy.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108  # the system's own folder
accesslog = "-"
access_log_format = '%(t)s %(h)s "%(m)s %(U)s" %(s)s %(B)s %(M)sms'  # without query strings: they hold names
errorlog = "-"
LETS_IN = re.compile(r"^(/(?:referral|reset|confirm)/)[^/]+")


class Discreet(Logger):
    """Writes no address that lets its reader in: of such a link only its kind."""

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: Any) -> dict[str, Any]:
        """As gunicorn has them, without the token."""
        found: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        return found | {"U": LETS_IN.sub(r"\1…", found["U"] or "")}


logger_class = Discreet


def when_ready(_server: Any) -> None:
    """Keep the collector off what was imported: marking those objects would copy the pages they share."""
    gc.collect()
    gc.freeze()
    gc.enable()
