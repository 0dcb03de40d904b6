terraform init
terraform test -no-color -junit-xml=shop.xml || true
