mypy --junit-xml mypy.xml src || true
