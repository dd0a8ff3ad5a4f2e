"""A process that owns a private server until its standard input ends: the tests start it, and kill it."""

import argparse
import json
import os
import resource
import sys
from pathlib import Path

from adapters.embedded import EmbeddedError, cluster


def main() -> None:
    """Say where the server is, in one line of JSON, and wait; or say in one line why there is none."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("root", type=Path)
    arguments.add_argument("--bindir", type=Path)
    arguments.add_argument("--uid", type=int, help="become this user first")
    arguments.add_argument("--largest-file", type=int, help="bytes that a file may have, as on a full disk")
    given = arguments.parse_args()
    if given.largest_file is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (given.largest_file, given.largest_file))
    if given.uid is not None:
        os.setgroups([])
        os.setgid(given.uid)
        os.setuid(given.uid)
    try:
        with cluster(given.root, bindir=given.bindir, settings={"fsync": "off"}) as server:
            print(json.dumps({"url": server.url, "owned": server.owned}), flush=True)  # noqa: T201 -- it is the answer
            sys.stdin.read()
    except EmbeddedError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
