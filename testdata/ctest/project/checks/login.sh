echo "form <b>Login</b> & \"password\" ]]> end"
echo "[[ATTACHMENT|shots/login-form.png]]"
echo "[[DEFECT|SHOP-12]]"
echo "TypeError in lock()" >&2
exit 1
