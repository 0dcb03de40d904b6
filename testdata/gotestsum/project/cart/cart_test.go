package cart

import (
	"fmt"
	"testing"
)

func TestCreate(t *testing.T) {
	if len(Cart{}) != 0 {
		t.Fatal("a new cart is not empty")
	}
}

func TestAdd(t *testing.T) {
	for _, row := range []struct {
		name  string
		sku   string
		count int
		ok    bool
	}{
		{"one", "tea", 1, true},
		{"many cups", "cup", 12, true},
		{"zero", "tea", 0, false},
		{"Größe/M", "shirt", 1, true},
		{"绿茶 🫖", "绿茶", 1, true},
		{"e\u0301 <b> & \"q\"", "cre\u0301me", 2, true},
		{"negative", "tea", -1, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			err := Cart{}.Add(row.sku, row.count)
			if (err == nil) != row.ok {
				t.Errorf("Add(%q, %d): %v ]]>", row.sku, row.count, err)
			}
		})
	}
}

func TestMerge(t *testing.T) {
	t.Run("guest", func(t *testing.T) {
		t.Run("into empty", func(t *testing.T) { t.Log("nothing to do") })
		t.Run("into full", func(t *testing.T) {
			fmt.Println("[[DEFECT|SHOP-8]] <merge> & lose")
			t.Fatal("articles are lost")
		})
	})
	t.Run("customer", func(t *testing.T) { t.Skip("needs a login") })
}

func ExampleCart() {
	c := Cart{}
	_ = c.Add("tea", 2)
	fmt.Println(c)
	// Output: map[tea:2]
}
