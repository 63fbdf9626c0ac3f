"""What pywb answers for pages of a collection: run by the Python of `make strangers`, in its folder.

Reads pairs of address and 14 digits as JSON; prints status line and SHA-256 of the body by address.
"""

import hashlib
import json
import os
import sys
from wsgiref.util import setup_testing_defaults


def main() -> None:
    """Ask pywb for the captures as they were stored (``id_``)."""
    from gevent import monkey  # type: ignore[import-untyped,import-not-found,unused-ignore]

    monkey.patch_all()
    from pywb.apps.frontendapp import FrontEndApp  # type: ignore[import-not-found,unused-ignore]

    application = FrontEndApp(config_file=None)
    answers = {}
    for url, digits in json.load(sys.stdin):
        path = f"/case/{digits}id_/{url}".encode().decode("latin-1")
        environ = {"PATH_INFO": path, "SCRIPT_NAME": "", "QUERY_STRING": ""}
        setup_testing_defaults(environ)
        status: list[str] = []
        body = b"".join(application(environ, lambda line, *_, into=status: into.append(line)))
        answers[url] = [status[0], hashlib.sha256(body).hexdigest()]
    print(json.dumps(answers), flush=True)
    # Its own server threads would keep the process.
    os._exit(0)


if __name__ == "__main__":
    main()
