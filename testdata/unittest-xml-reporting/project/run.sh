python -B -m xmlrunner discover -s tests -t . --output-file customer.xml
