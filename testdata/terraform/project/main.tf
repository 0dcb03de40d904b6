variable "articles" {
  type = number
}

output "total" {
  value = var.articles * 2
}
