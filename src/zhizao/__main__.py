"""``python -m zhizao``: the command line."""

from zhizao.cli.main import main

if __name__ == "__main__":
    main()
