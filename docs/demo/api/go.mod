module shop.example/api

go 1.19
