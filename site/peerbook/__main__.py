"""`python -m peerbook`: what build.py runs inside of the virtual environment."""

import sys

from peerbook.cli import main

sys.exit(main())
