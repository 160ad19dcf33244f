"""The entry point of `matcalc` and of `python -m matcalc`."""

from __future__ import annotations

import gc
import os
import signal
import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    gc.disable()  # what a start makes stays to the end; looking through it for garbage would cost a tenth of it
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy: threads cost more than they give on 4×3 matrices
    try:
        from matcalc.cli.app import app
        from matcalc.cli.output import prepare

        prepare()
    except KeyboardInterrupt:  # Ctrl-C may come as early as this
        sys.exit(128 + signal.SIGINT)
    try:
        app()
    finally:
        gc.freeze()  # nor is there anything to look for at the end


if __name__ == "__main__":
    main()
