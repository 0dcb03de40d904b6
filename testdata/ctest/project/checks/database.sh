echo "cannot bind port 5432" >&2; exit 2
