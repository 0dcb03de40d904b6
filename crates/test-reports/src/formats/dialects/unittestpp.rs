//! UnitTest++: `unittest-results`, `test`.

use super::{CaseField, Dialect, Role, Unit};
use crate::formats::model::{Format, Outcome};
use crate::formats::xml::attributes::Tag;

pub(super) const DIALECT: Dialect =
    Dialect { format: Format::Unittestpp, role, field, ..super::DIALECT };

fn role(name: &str, _: &Tag<'_>, _: Role) -> Role {
    match name {
        "test" => Role::Case,
        "failure" => Role::Verdict(Outcome::Failed),
        "log" => Role::Console,
        "ignorederrors" => Role::Ignored,
        _ => Role::Transparent,
    }
}

fn field(name: &str) -> CaseField {
    match name {
        "name" => CaseField::Name,
        "suite" => CaseField::Classname,
        "time" => CaseField::Duration(Unit::Seconds),
        _ => CaseField::Other,
    }
}
