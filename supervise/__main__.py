"""``python -m supervise``."""

from supervise.cli.main import main

if __name__ == "__main__":
    main()
