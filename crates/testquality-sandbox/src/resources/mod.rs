//! The one table of what the API holds: every resource, its fields in the order in which the
//! service answers them, and what a field takes. Router, queries and SQL are generic over it.
//!
//! Sources: *guide* is the vendor's API guide, *SDK* its published TypeScript SDK. Fields that only
//! the SDK knows stand behind those of the guide's examples.

mod table;

pub(crate) use table::RESOURCES;

/// One resource: a path below `/api`, a table in the database, a `metadata_model`.
#[derive(Debug)]
pub(crate) struct Resource {
    /// The path segment, which is the table's name too.
    pub(crate) name: &'static str,
    /// What rows say in `metadata_model`.
    pub(crate) model: &'static str,
    /// The first id. Ranges do not overlap, so that an id taken for another resource's finds nothing.
    pub(crate) first_id: i64,
    /// The fields, in the order of the answer.
    pub(crate) fields: &'static [Field],
    /// The `analysis` object that stands last in an answer.
    pub(crate) analysis: Analysis,
    /// What else a create does.
    pub(crate) creation: Creation,
    /// Rows of other resources that a delete takes along and a restore brings back: table, column.
    pub(crate) takes_along: &'static [(&'static str, &'static str)],
}

/// What stands in `analysis`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Analysis {
    /// No such key.
    None,
    /// `{"todo":null}` (guide).
    Project,
    /// `{"plan_id","requirement_count","defect_count"}` (guide).
    Plan,
}

/// What a create makes beside the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Creation {
    /// Nothing.
    Plain,
    /// The root plan and the root suite.
    Project,
    /// The row of `plan_suite` that places the suite; answers `sequence_plan` (guide).
    Suite,
    /// The row of `suite_test` that places the test; answers `sequence_suite` (guide).
    Test,
    /// A result for every test of its plan, with a step for every step (SDK: how many there are
    /// stands in the run).
    Run,
}

/// One field of a resource and column of its table.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) access: Access,
    /// What a create takes when the field is absent.
    pub(crate) if_absent: Absent,
    /// The resource whose live row an integer must name.
    pub(crate) references: Option<&'static str>,
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Integer,
    Number,
    Boolean,
    /// Text of any length.
    Text,
    /// Text of 1 to [`NAME_CHARS`] characters that are not all white space.
    Name,
}

/// Who writes a field, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// The server alone; what a client sends is ignored.
    Server,
    /// The client, when it creates the row; ignored in updates.
    Creation,
    /// The client.
    Client,
}

/// What a field is when a create does not name it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Absent {
    /// It must be named, and must not be null.
    Required,
    Null,
    Integer(i64),
    Boolean(bool),
    /// One more than the highest among the live rows with the same value of this column.
    NextBelow(&'static str),
    /// The first live row of a lookup resource.
    FirstOf(&'static str),
    /// The default row of a lookup resource.
    DefaultOf(&'static str),
}

/// The longest name, in characters. That the service refuses longer ones is our choice; 255 is what
/// such a column usually holds.
pub(crate) const NAME_CHARS: usize = 255;

/// The site and the user that every row belongs to: the sandbox has one of each.
pub(crate) const CLIENT_ID: i64 = 1;
pub(crate) const USER_ID: i64 = 1;

impl Resource {
    /// The resource with this path segment.
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        RESOURCES.iter().find(|resource| resource.name == name)
    }

    /// The field with this name.
    pub(crate) fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}
