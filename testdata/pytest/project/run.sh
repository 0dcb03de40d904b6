export PYTHONDONTWRITEBYTECODE=1
pytest -q -p no:cacheprovider -p no:rerunfailures --junitxml=shop.xml -o junit_logging=all \
    -o disable_test_id_escaping_and_forfeit_all_rights_to_community_support=true
pytest -q -p no:cacheprovider -p no:rerunfailures --junitxml=collection-error.xml broken
pytest -q -p no:cacheprovider --reruns 2 --junitxml=reruns.xml flaky
