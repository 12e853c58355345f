"""``python -m tcpverify``: the same as the command `tcpverify`."""

import sys

from tcpverify.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
