package checkout

import "testing"

func TestOrder(t *testing.T) {
	if number, err := Order(2); err != nil || number != 1002 {
		t.Fatalf("got %d, %v", number, err)
	}
}

func TestOrderOfNothing(t *testing.T) {
	if _, err := Order(0); err == nil {
		t.Fatal("an empty order was accepted")
	}
}

func TestShipping(t *testing.T) {
	for name, test := range map[string]struct {
		country string
		total   int
		want    int
	}{
		"at home":         {"DE", 1000, 490},
		"abroad":          {"FR", 1000, 990},
		"free from 50.00": {"FR", 5000, 0},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Shipping(test.country, test.total); got != test.want {
				t.Errorf("got %d, want %d", got, test.want)
			}
		})
	}
}

func TestInvoiceByMail(t *testing.T) {
	t.Skip("needs a mail server")
}
