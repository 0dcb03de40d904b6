// Package cart holds what a customer wants to buy.
package cart

import "fmt"

// Cart maps article numbers to counts.
type Cart map[string]int

// Add puts count pieces into the cart.
func (c Cart) Add(sku string, count int) error {
	if count < 1 {
		return fmt.Errorf("count must be positive, not %d", count)
	}
	c[sku] += count
	return nil
}
