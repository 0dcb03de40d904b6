// Writes two reports into archives, as Go programs do: members with a data descriptor, one stored, one with a path that
// leads out of the archive.
package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"io"
	"log"
	"os"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

var cart = []byte(`<testsuite name="cart" tests="2">
  <testcase classname="shop.Cart" name="adds an item"/>
  <testcase classname="shop.Cart" name="removes an item"/>
</testsuite>
`)

var order = []byte(`<testsuite name="order" tests="1">
  <testcase classname="shop.Order" name="is paid"/>
</testsuite>
`)

func main() {
	file, err := os.Create("go.zip")
	check(err)
	archive := zip.NewWriter(file)
	add := func(name string, method uint16, content []byte) {
		member, err := archive.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		check(err)
		_, err = member.Write(content)
		check(err)
	}
	add("reports/cart.xml", zip.Deflate, cart)
	add("../reports/order.xml", zip.Store, order)
	check(archive.Close())
	check(file.Close())

	file, err = os.Create("go.tar.gz")
	check(err)
	packed := gzip.NewWriter(file)
	tape := tar.NewWriter(packed)
	for name, content := range map[string][]byte{"reports/cart.xml": cart, "reports/order.xml": order} {
		check(tape.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(content)), Format: tar.FormatPAX}))
		_, err = io.WriteString(tape, string(content))
		check(err)
	}
	check(tape.Close())
	check(packed.Close())
	check(file.Close())
}
