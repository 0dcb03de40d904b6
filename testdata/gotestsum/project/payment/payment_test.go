package payment

import "testing"

func TestCreate(t *testing.T) {
	if Pay(10) != nil {
		t.Fatal("not paid")
	}
}
