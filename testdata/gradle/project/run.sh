LC_ALL=C.UTF-8 gradle --offline --no-daemon --console plain test
