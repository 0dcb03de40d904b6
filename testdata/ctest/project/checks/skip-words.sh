echo "no mail server on this machine"
