"""What alignscope costs, against floors measured in the same run: `python -m tests.bench --help`."""
