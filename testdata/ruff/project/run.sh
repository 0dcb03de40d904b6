ruff check --select E,F,B --output-format junit --output-file ruff.xml src || true
