"""The command ``supervise``, and ``python -m supervise``."""

import sys


def main() -> None:
    """Open the counter; whoever interrupts while it is still being loaded gets no traceback either."""
    try:
        from supervise.cli.main import main as counter
    except KeyboardInterrupt:
        print("已中断", file=sys.stderr)
        sys.exit(130)
    counter()


if __name__ == "__main__":
    main()
