//! The table of all resources and their fields, in the order in which the service returns them.
//! Paths, queries and SQL are generic over it.
//!
//! Sources: *guide* is the vendor's API guide, *SDK* its published TypeScript SDK, *CLI* its command
//! line client. Fields that only the SDK knows come after those of the guide's examples.

mod table;

pub(crate) use table::RESOURCES;

/// A resource: a path below `/api`, a table in the database, a `metadata_model`.
#[derive(Debug)]
pub(crate) struct Resource {
    /// The path segment, and the name of the table.
    pub(crate) name: &'static str,
    /// The `metadata_model` of its rows.
    pub(crate) model: &'static str,
    /// The first id. Ids of different resources do not overlap, so that mixing them up finds nothing.
    pub(crate) first_id: i64,
    /// The fields, in the order of the response.
    pub(crate) fields: &'static [Field],
    /// The `analysis` object at the end of a row.
    pub(crate) analysis: Analysis,
    /// What else creating a row does.
    pub(crate) on_create: OnCreate,
    /// Rows of other resources that are deleted and restored with a row: table, column.
    pub(crate) cascades: &'static [(&'static str, &'static str)],
}

/// The content of `analysis`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Analysis {
    /// No such key.
    None,
    /// `{"todo":null}` (guide).
    Project,
    /// `{"plan_id","requirement_count","defect_count"}` (guide).
    Plan,
    /// `{"elapsed","status","defect_count"}` of a complete run, else null (SDK).
    Run,
}

/// What creating a row does besides inserting it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnCreate {
    Nothing,
    /// Adds the root plan and the root suite of the project.
    AddRoots,
    /// Places the suite in a plan by a row of `plan_suite`; returns `sequence_plan` (guide).
    PlaceSuite,
    /// Places the test in a suite by a row of `suite_test`; returns `sequence_suite` (guide).
    PlaceTest,
    /// Adds a result for every test of the plan, and a step for every step of the test (the SDK has
    /// their numbers in the run).
    FillRun,
    /// With [`Variants`](crate::store::Variants), adds a step for every step of the test of a new result.
    AddSteps,
}

/// A field of a resource, and a column of its table.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) field_type: FieldType,
    pub(crate) access: Access,
    pub(crate) if_absent: IfAbsent,
    /// The resource whose rows the field refers to.
    pub(crate) references: Option<&'static str>,
}

/// The type of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FieldType {
    Integer,
    Number,
    Boolean,
    /// Text of any length.
    Text,
    /// Text of 1 to [`NAME_CHARS`] characters, not only white space.
    Name,
}

impl FieldType {
    /// The type in a message: "must be …".
    pub(crate) const fn in_words(self) -> &'static str {
        match self {
            Self::Integer => "an integer",
            Self::Number => "a number",
            Self::Boolean => "true or false",
            Self::Text | Self::Name => "a string",
        }
    }
}

/// Who writes a field, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Only the server; values from clients are ignored.
    Server,
    /// The client when it creates the row; ignored in updates.
    Creation,
    /// The client.
    Client,
}

/// The value of a field that a create request does not contain.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum IfAbsent {
    /// An error, as is null.
    Required,
    Null,
    Integer(i64),
    Boolean(bool),
    /// One more than the maximum among the live rows with the same value in this column.
    NextWithin(&'static str),
    /// The first live row of `status` whose type is Pending.
    FirstOf(&'static str),
    /// The default row of a lookup resource.
    DefaultOf(&'static str),
}

/// The maximum length of a name, in characters. The limit is our choice: columns for names often have 255.
pub(crate) const NAME_CHARS: usize = 255;

/// The account that owns every row; the sandbox has only one.
pub(crate) const CLIENT_ID: i64 = 1;
/// The user who writes every row; the sandbox has only one.
pub(crate) const USER_ID: i64 = 1;

impl Resource {
    /// The resource with this path segment.
    pub(crate) fn find(name: &str) -> Option<&'static Self> {
        RESOURCES.iter().find(|resource| resource.name == name)
    }

    /// Whether `related_type` and `related_id` say what a row is about, as those of comments and assigned labels do.
    pub(crate) fn is_about_any_row(&self) -> bool {
        matches!(self.name, "comment" | "label_assigned")
    }

    /// The field with this name.
    pub(crate) fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}
