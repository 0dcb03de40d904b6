exec sleep 5
