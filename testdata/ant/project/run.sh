ant -q || true
cp reports/*.xml .
rm -r reports
