"""``python -m tests.mutation`` is the whole run."""

import sys

from tests.mutation.report import main

raise SystemExit(main(sys.argv[1:]))
