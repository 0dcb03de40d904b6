package login

import "testing"

func TestCreate(t *testing.T) {}

func TestTwoFactors(t *testing.T) {
	if testing.Short() {
		t.Skip("no second factor in short mode")
	}
}

func TestLockout(t *testing.T) {
	var users map[string]int
	users["ada"]++
}

func TestLogout(t *testing.T) {}
