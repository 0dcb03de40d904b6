import logging
import sys

import pytest
from shop import invoice

log = logging.getLogger("shop.invoice")


class TestNumber:
    def test_first_of_year(self):
        assert invoice.number(2026, 1) == "RE-2026-00001"

    def test_create(self):
        assert invoice.number(2026, 12345).endswith("12345")

    class TestOverflow:
        def test_six_digits(self):
            assert len(invoice.number(2026, 123456)) == len("RE-2026-00001")


class TestVat:
    @pytest.mark.parametrize("rate", [7, 19, pytest.param(0, id="tax free")])
    def test_rates(self, rate):
        assert invoice.vat(100, rate) == rate

    def test_create(self):
        assert invoice.vat(0, 19) == 0


class TestHtml:
    def test_create(self):
        assert invoice.render("Ada", []) == "<h1>Ada</h1><table></table>"

    def test_markup_is_escaped(self):
        print("[[DEFECT|SHOP-1]]")
        print("rendered: <![CDATA[ <td>x</td> ]]> & more")
        print("\x1b[31mred\x1b[0m ends here")
        sys.stderr.write("warning: template 'invoice.html' has no <title>\n")
        log.warning("customer name is not escaped: %s", "<script>")
        assert "&lt;script&gt;" in invoice.render("<script>", [("tea ]]> cup", 4.5)])

    def test_currency(self):
        print("[[DEFECT|SHOP-2]] [[DEFECT|SHOP-3]]")
        assert "€" in invoice.render("Zoë", [("Tee", 4.5)])
