def before_scenario(context, scenario):
    if "skip" in scenario.effective_tags:
        scenario.skip("comes in spring")


def before_tag(context, tag):
    if tag == "depot":
        raise ConnectionError("depot is not reachable")
