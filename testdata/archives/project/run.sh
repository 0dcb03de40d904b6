go run main.go && mv go.zip go.tar.gz ..
