"""A process that has read the whole service and makes servers by forking: ready to answer, in no time, to be killed.

What is forked is what ``anderhalf serve`` runs; only reading code and agreement again and again is saved. Run as
``python -m tests.support.forge PORT``: each line on its standard input asks for a server and is answered with its
process group; the next line comes when that group is gone.
"""

from __future__ import annotations

import os
import sys

NETWORK = "voorbeeldstreek"


def main(port: int) -> None:
    """Fork a server for every line that comes in."""
    from django.db import connections
    from django.urls import get_resolver
    from django.utils import timezone

    import anderhalf.web.wsgi  # noqa: F401 - reads the settings, the apps and their models
    from anderhalf.apps.network.queries import agreement_on, pathway_on
    from anderhalf.commands.serve import run_server

    _ = get_resolver().url_patterns  # and every page
    today = timezone.localdate()
    for key in agreement_on(NETWORK, on=today).pathways:
        pathway_on(NETWORK, key, on=today)
    connections.close_all()  # a connection must not be shared with a child
    for _line in sys.stdin:
        child = os.fork()
        if child == 0:
            os.setsid()
            os.dup2(2, 1)  # what the server says is no answer to the test
            run_server("127.0.0.1", port, 1)
            os._exit(0)
        print(child, flush=True)
        os.waitpid(child, 0)
        print("gone", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
