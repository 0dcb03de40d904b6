// Package payment does not build: Pay is called by the test and is not written yet.
package payment
