//! Reports of linters, and tests that resemble them.

use super::*;
use crate::formats::read_one;

fn is_linter_report(xml: &str) -> bool {
    let report = read_one(xml, "report.xml");
    Part::all(&report).iter().all(is_written_by)
}

fn suite(attributes: &str, cases: &str) -> String {
    format!("<testsuites><testsuite {attributes}>{cases}</testsuite></testsuites>")
}

/// One report for each linter, after the source of its reporter, without the document element's attributes: merging
/// loses them.
#[test]
fn findings_are_recognised() {
    let golangci = |message: &str| {
        let failure = format!(
            "<failure message='{message}' type='error'>error: x\nFile: shop/a.go\nLine: 3</failure>"
        );
        suite(
            "name='shop/a.go'",
            &format!("<testcase name='unused' classname='shop/a.go:3:6'>{failure}</testcase>"),
        )
    };
    let line = |name: &str, text: &str| {
        format!("<testcase name='{name}'><failure message='no'>{text}</failure></testcase>")
    };
    let reports = [
        ("golangci-lint", golangci("shop/a.go:3:6: func x is unused")),
        ("phpstan", suite("name='analysis'", &line("src/Cart.php:12", ""))),
        ("php cs fixer", suite("name='PHP CS Fixer' assertions='1'", "<testcase name='src/Cart' file='src/Cart.php' assertions='1'><failure type='code_style'/></testcase>")),
        ("php cs fixer", suite("name='PHP CS Fixer'", "<testcase name='All OK' assertions='1'/>")),
        ("tflint", suite("name=''", "<testcase name='terraform_unused' classname='main.tf' time='0'><failure message='main.tf:3,1-5: x' type='Warning'>Warning: x\nRule: terraform_unused\nRange: main.tf:3,1-5</failure></testcase>")),
        ("buf", suite("name='proto/cart.proto'", "<testcase name='PACKAGE_DEFINED_3_1'><failure message='proto/cart.proto:3:1:Files' type='PACKAGE_DEFINED'/></testcase>")),
        ("actionlint", suite("name='actionlint'", "<testcase name='syntax-check' classname='.github/workflows/a.yml'><failure/></testcase>")),
        ("psalm", suite("name='src/Cart.php'", "<testcase name='src/Cart.php:12' classname='UndefinedClass'><skipped>line: 12</skipped></testcase>")),
        ("pylint", suite("name='x'", "<testcase name='shop/cart.py:3:0' classname='C0114'><failure/></testcase>")),
        ("luacheck", suite("name='Luacheck report'", "<testcase name='cart.lua:1' classname='cart.lua'><failure type='W211' message='cart.lua:3:1: unused'/></testcase>")),
        ("php cs fixer", suite("name='PHP CS Fixer'", "<testcase name='src/Cart' file='src/Cart.php'><failure type='code_style'/></testcase>")),
        ("phpcs", suite("name='src/Cart.php'", "<testcase name='PSR12.Files.FileHeader at src/Cart.php (3:1)'><failure type='error' message='x'/></testcase>")),
        ("eslint", suite("package='org.eslint' name='a.js'", "<testcase name='org.eslint.no-undef' classname='a'><failure>line 1, col 2, Error</failure></testcase>")),
        ("stylelint", suite("name='css/a.css'", &line("color-named", "line 3, col 5: error"))),
        ("oxlint", suite("name='a.js'", &line("eslint(no-debugger)", "line 1, column 1, no"))),
        ("biome", suite("name='src/a.ts' package='org.biome'", &line("org.biome.lint.style.noVar", "line 2, col 0, no"))),
        ("spectral", suite("package='org.spectral' name='api.yaml'", "<testcase name='api.yaml' classname='api'/>")),
        ("tflint", suite("name=''", "<testcase name='terraform_typed_variables' classname='main.tf'><failure message='x'>line 3, col 1, Warning - x</failure></testcase>")),
        ("tfsec", suite("name='tfsec'", &line("[aws-s3-encryption]", "main.tf:3"))),
        ("checkov", suite("name='terraform scan'", "<testcase name='[NONE][CKV_AWS_21] Ensure it' classname='/main.tf.aws_s3_bucket.a' file='/main.tf'/>")),
        ("trivy", suite("name='shop:latest (alpine 3.19)'", "<testcase classname='libc-1.2' name='[HIGH] CVE-2026-1234'><failure/></testcase>")),
        ("gosec", suite("name='Errors unhandled.'", &line("/ci/cart.go", "Results:\n[/ci/cart.go:12] - Errors unhandled."))),
        ("cfn-lint", suite("name='CloudFormation Lint'", "<testcase name='E1001 Basic'/>")),
        ("markdownlint", suite("name='x'", "<testcase classname='README.md' name='MD013/line-length'><failure message='Line length'>Line 3</failure></testcase>")),
        ("hadolint", suite("name='x'", "<testcase classname='web/Dockerfile' name='DL3008'><failure/></testcase>")),
        ("shellcheck", suite("name='x'", "<testcase classname='run.sh' name='SC2086'><failure/></testcase>")),
        ("swiftlint", "<testsuites><testsuite><testcase classname='Formatting Test' name='Shop/Cart.swift'><failure message='Line Length'>warning:\nLine:9 </failure></testcase></testsuite></testsuites>".to_owned()),
        ("rubocop", suite("name='rubocop'", "<testcase classname='lib.cart' name='Layout/LineLength'/>")),
        ("ansible-lint", suite("name='ansible-lint'", &line("[yaml] roles/web/main.yml", "x"))),
        ("yamllint", suite("name='yaml-lint'", &line("line too long", "x"))),
        ("ktlint", suite("name='ktlint'", &line("x", ""))),
        ("detekt", suite("name='detekt 1.23.6'", &line("x", ""))),
        ("semgrep", suite("name='semgrep results'", &line("python.lang.eval", "x"))),
        ("flake8", suite("name='flake8.shop/cart.py'", &line("x", ""))),
        ("kubeconform", suite("name='deploy/web.yaml'", "<testcase name='web' classname='Deployment@apps/v1'/>")),
        ("gitleaks", suite("name='gitleaks'", &line("x", ""))),
        ("cppcheck", suite("name='Cppcheck errors' timestamp='t' hostname='h'", &line("src/cart.cpp", "3: (error) x"))),
    ];
    for (linter, xml) in &reports {
        assert!(is_linter_report(xml), "{linter}: {xml}");
    }
}

#[test]
fn failing_tests_are_not_findings() {
    let reports = [
        suite(
            "name='Run 1 of 1'",
            "<testcase classname='spec/cart_spec.lua:12' name='adds'><failure message='spec/cart_spec.lua:12: no'/></testcase>",
        ),
        suite(
            "name='site'",
            "<testcase classname='roles/web/main.yml:3' name='[web1] install nginx'><failure message='no'/></testcase>",
        ),
        suite(
            "name='x'",
            "<testcase classname='test/a.test.js' name='TC001'><failure message='no'/></testcase>",
        ),
        suite(
            "name='x'",
            "<testcase classname='test/a.test.js' name='adds'><failure>line 3</failure></testcase><testcase classname='test/a.test.js' name='b'/>",
        ),
        suite(
            "name='x'",
            "<testcase classname='Cart' name='[HIGH] SHOP-123 adds'><failure message='no'/></testcase>",
        ),
        suite("name='black box'", "<testcase classname='Cart' name='adds'/>"),
        suite("name='[HIGH] priority'", "<testcase classname='Cart' name='[HIGH] adds'/>"),
        suite(
            "name='Cart'",
            "<testcase name='tests/a.c'><failure>tests/a.c:12: no</failure></testcase>",
        ),
        suite("name='check results'", "<testcase name='adds' classname='Cart'/>"),
        // A case that took time, in a class of the same name.
        suite("name='Black'", "<testcase name='wins' classname='Black' time='0.1'/>"),
        suite("name='clippy'", "<testcase name='lints::ok' classname='clippy' time='0.1'/>"),
        // Tests of or like a linter, as mocha, PHPUnit and JUnit write them.
        suite(
            "name='Black' timestamp='t' tests='1' time='0' failures='0'",
            "<testcase name='Black moves second' classname='moves second' time='0'/>",
        ),
        suite(
            "name='eslint' timestamp='t' tests='1' time='0' failures='0'",
            "<testcase name='eslint reports unused names in a.js' classname='reports unused names in a.js' time='0'/>",
        ),
        suite(
            "name='stylelint' hostname='h'",
            "<testcase name='adds' classname='test/rules.test.js' time='0'/>",
        ),
        suite(
            "name='psalm'",
            "<testcase name='testReads' class='PsalmTest' classname='PsalmTest' assertions='1' time='0'/>",
        ),
        // One failing test whose title is a position.
        suite(
            "name='positions'",
            "<testcase name='src/a.py:3' classname='rules'><failure message='no'/></testcase>",
        ),
        suite(
            "name='positions'",
            "<testcase name='src/a.py:3' time='0.02'><failure message='no'/></testcase>",
        ),
        suite(
            "name='pytest' timestamp='t' hostname='h'",
            "<testcase name='src/a.py:3' classname='C0114'><failure message='no'/></testcase>",
        ),
        suite(
            "name='src/a.js'",
            "<testcase name='adds' time='0.1'><failure>line 3, expected 4</failure></testcase>",
        ),
    ];
    for xml in &reports {
        assert!(!is_linter_report(xml), "{xml}");
    }
}
