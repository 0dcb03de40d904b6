prove --norc --formatter TAP::Formatter::JUnit t > shop.xml
