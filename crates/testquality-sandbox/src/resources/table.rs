//! The table of resources, and shorthands for its fields.

use super::{Access, Analysis, Field, FieldType, IfAbsent, OnCreate, Resource};

const fn field(
    name: &'static str,
    field_type: FieldType,
    access: Access,
    if_absent: IfAbsent,
) -> Field {
    Field { name, field_type, access, if_absent, references: None }
}

/// An integer that only the server sets.
const fn server(name: &'static str) -> Field {
    field(name, FieldType::Integer, Access::Server, IfAbsent::Null)
}

/// A number of rows that the server counts.
const fn server_count(name: &'static str) -> Field {
    field(name, FieldType::Integer, Access::Server, IfAbsent::Integer(0))
}

/// The status of a result or a result step: initially the first status, which is Pending.
const fn result_status(access: Access) -> Field {
    Field { access, if_absent: IfAbsent::FirstOf("status"), ..optional_ref("status_id", "status") }
}

/// A time that only the server sets.
const fn stamp(name: &'static str) -> Field {
    field(name, FieldType::Text, Access::Server, IfAbsent::Null)
}

/// `virtual` is null in every example of the guide.
const fn virtual_field() -> Field {
    field("virtual", FieldType::Text, Access::Server, IfAbsent::Null)
}

const fn name() -> Field {
    field("name", FieldType::Name, Access::Client, IfAbsent::Required)
}

const fn text(name: &'static str) -> Field {
    field(name, FieldType::Text, Access::Client, IfAbsent::Null)
}

const fn integer(name: &'static str, if_absent: IfAbsent) -> Field {
    field(name, FieldType::Integer, Access::Client, if_absent)
}

const fn number(name: &'static str) -> Field {
    field(name, FieldType::Number, Access::Client, IfAbsent::Null)
}

const fn boolean(name: &'static str) -> Field {
    field(name, FieldType::Boolean, Access::Client, IfAbsent::Boolean(false))
}

/// `is_root` marks the plan and the suite that are created with a project.
const fn is_root() -> Field {
    field("is_root", FieldType::Boolean, Access::Server, IfAbsent::Boolean(false))
}

/// The id of a row of another resource, or null.
const fn optional_ref(name: &'static str, resource: &'static str) -> Field {
    Field { references: Some(resource), ..integer(name, IfAbsent::Null) }
}

/// The id of a row of another resource.
const fn required_ref(name: &'static str, resource: &'static str, access: Access) -> Field {
    Field { access, if_absent: IfAbsent::Required, ..optional_ref(name, resource) }
}

/// Rows cannot move to another project (our choice; the SDK only has the field).
const fn project_id() -> Field {
    required_ref("project_id", "project", Access::Creation)
}

/// The values of most resources.
const BASE: Resource = Resource {
    name: "",
    model: "",
    first_id: 0,
    fields: &[],
    analysis: Analysis::None,
    on_create: OnCreate::Nothing,
    cascades: &[],
};

/// Every resource, after those it refers to.
pub(crate) static RESOURCES: &[Resource] = &[
    Resource {
        name: "project",
        model: "Project",
        first_id: 12_001,
        fields: &[
            server("id"),
            server("created_by"),
            server("updated_by"),
            server("epoch"),
            name(),
            text("description"),
            field("access_role_id", FieldType::Integer, Access::Server, IfAbsent::Integer(1)),
            server("client_id"),
            text("color"),
            text("picture"),
            virtual_field(),
            server("key"),
            stamp("created_at"),
            stamp("updated_at"),
        ],
        analysis: Analysis::Project,
        on_create: OnCreate::AddRoots,
        ..BASE
    },
    Resource {
        name: "plan",
        model: "Plan",
        first_id: 20_001,
        fields: &[
            server("id"),
            server("created_by"),
            server("updated_by"),
            server("epoch"),
            project_id(),
            integer("assigned_to_tester", IfAbsent::Null),
            virtual_field(),
            name(),
            text("description"),
            server("client_id"),
            server("key"),
            integer("retain_runs", IfAbsent::Integer(0)),
            stamp("created_at"),
            stamp("updated_at"),
            is_root(),
            // Only in the SDK.
            boolean("is_automated"),
            boolean("include_in_checks"),
        ],
        analysis: Analysis::Plan,
        ..BASE
    },
    Resource {
        name: "suite",
        model: "Suite",
        first_id: 1_000_001,
        fields: &[
            server("id"),
            server("created_by"),
            server("updated_by"),
            server("epoch"),
            name(),
            text("description"),
            project_id(),
            virtual_field(),
            server("client_id"),
            integer("assigned_to_tester", IfAbsent::Null),
            server("key"),
            stamp("created_at"),
            stamp("updated_at"),
            is_root(),
        ],
        on_create: OnCreate::PlaceSuite,
        // Its tests, their `suite_test` rows and its subfolders stay, but can no longer be reached
        // from the root. What the service does is unknown; this is the hardest on a client.
        cascades: &[("plan_suite", "suite_id")],
        ..BASE
    },
    // Fields and order: SDK. A plan may contain a suite more than once; the service is not known to
    // forbid it.
    Resource {
        name: "plan_suite",
        model: "PlanSuite",
        first_id: 2_000_001,
        fields: &[
            server("id"),
            stamp("created_at"),
            stamp("updated_at"),
            required_ref("plan_id", "plan", Access::Creation),
            required_ref("suite_id", "suite", Access::Creation),
            server("client_id"),
            integer("sequence_plan", IfAbsent::NextWithin("plan_id")),
            // Optional in the SDK, so clients cannot rely on it.
            server("hierarchy_level"),
            server("created_by"),
            server("updated_by"),
            server("epoch"),
            server("suite_offset"),
            optional_ref("parent_id", "suite"),
        ],
        ..BASE
    },
    Resource {
        name: "test",
        model: "Test",
        first_id: 3_000_001,
        fields: &[
            server("id"),
            server("created_by"),
            server("updated_by"),
            server("epoch"),
            name(),
            Field {
                if_absent: IfAbsent::DefaultOf("case_type"),
                ..optional_ref("case_type_id", "case_type")
            },
            Field {
                if_absent: IfAbsent::DefaultOf("case_priority"),
                ..optional_ref("case_priority_id", "case_priority")
            },
            number("estimate"),
            text("precondition"),
            virtual_field(),
            server("client_id"),
            project_id(),
            integer("assigned_to_tester", IfAbsent::Null),
            boolean("is_automated"),
            text("description"),
            server("key"),
            // A number in the guide; it refers to a table that the sandbox does not have.
            integer("test_quality_id", IfAbsent::Integer(1)),
            integer("state_mask", IfAbsent::Null),
            stamp("created_at"),
            stamp("updated_at"),
            integer("test_type_id", IfAbsent::Integer(1)),
            text("data_table"),
            // Only in the SDK.
            boolean("to_automate"),
        ],
        on_create: OnCreate::PlaceTest,
        cascades: &[("suite_test", "test_id")],
        ..BASE
    },
    // SDK. A test may be in several suites.
    Resource {
        name: "suite_test",
        model: "SuiteTest",
        first_id: 5_000_001,
        fields: &[
            stamp("created_at"),
            stamp("updated_at"),
            required_ref("suite_id", "suite", Access::Client),
            required_ref("test_id", "test", Access::Creation),
            integer("sequence_suite", IfAbsent::NextWithin("suite_id")),
            server("client_id"),
            server("created_by"),
            server("updated_by"),
            server("epoch"),
            server("id"),
        ],
        ..BASE
    },
    Resource {
        name: "step",
        model: "Step",
        first_id: 7_000_001,
        fields: &[
            server("id"),
            server("created_by"),
            server("updated_by"),
            server("epoch"),
            required_ref("test_id", "test", Access::Creation),
            text("step"),
            text("expected_result"),
            virtual_field(),
            server("client_id"),
            project_id(),
            integer("sequence", IfAbsent::NextWithin("test_id")),
            server("key"),
            stamp("created_at"),
            stamp("updated_at"),
            integer("step_type_id", IfAbsent::Null),
        ],
        ..BASE
    },
    // This and all that follow: SDK.
    Resource {
        name: "milestone",
        model: "Milestone",
        first_id: 30_001,
        fields: &[
            server("id"),
            server("created_by"),
            stamp("created_at"),
            server("updated_by"),
            stamp("updated_at"),
            server("epoch"),
            name(),
            text("description"),
            server("client_id"),
            project_id(),
            text("start_date"),
            text("release_date"),
            integer("sequence", IfAbsent::NextWithin("project_id")),
            virtual_field(),
            boolean("is_complete"),
            server("key"),
            optional_ref("parent_id", "milestone"),
        ],
        ..BASE
    },
    Resource {
        name: "status",
        model: "Status",
        first_id: 501,
        fields: &[
            server("id"),
            server("created_by"),
            stamp("created_at"),
            server("updated_by"),
            stamp("updated_at"),
            server("epoch"),
            name(),
            text("color"),
            field("is_system", FieldType::Boolean, Access::Server, IfAbsent::Boolean(false)),
            server("client_id"),
            text("description"),
            virtual_field(),
            server("key"),
            integer("status_type_id", IfAbsent::Required),
            boolean("all_projects"),
        ],
        ..BASE
    },
    Resource { name: "case_type", model: "CaseType", first_id: 601, fields: LOOKUP_FIELDS, ..BASE },
    Resource {
        name: "case_priority",
        model: "CasePriority",
        first_id: 701,
        fields: LOOKUP_FIELDS,
        ..BASE
    },
    Resource {
        name: "environment",
        model: "Environment",
        first_id: 31_001,
        fields: &[
            server("id"),
            stamp("created_at"),
            stamp("updated_at"),
            server("client_id"),
            server("created_by"),
            server("updated_by"),
            server("epoch"),
            server("key"),
            name(),
            text("description"),
            text("location"),
            boolean("all_projects"),
        ],
        ..BASE
    },
    // The environments of a cycle: each of them gives a result for every test of a run.
    Resource {
        name: "environment_plan",
        model: "EnvironmentPlan",
        first_id: 32_001,
        fields: &[
            server("id"),
            stamp("created_at"),
            stamp("updated_at"),
            server("client_id"),
            server("created_by"),
            server("updated_by"),
            server("epoch"),
            required_ref("plan_id", "plan", Access::Creation),
            required_ref("environment_id", "environment", Access::Creation),
            integer("sequence", IfAbsent::NextWithin("plan_id")),
        ],
        ..BASE
    },
    // Restricts a status that is not for all projects to some of them.
    Resource {
        name: "project_status",
        model: "ProjectStatus",
        first_id: 33_001,
        fields: &[
            server("id"),
            stamp("created_at"),
            stamp("updated_at"),
            server("client_id"),
            server("created_by"),
            server("updated_by"),
            server("epoch"),
            project_id(),
            required_ref("status_id", "status", Access::Creation),
        ],
        ..BASE
    },
    // Which tests of its folders a cycle holds. A row without a test includes none (our choice).
    Resource {
        name: "plan_suite_test_include",
        model: "PlanSuiteTestInclude",
        first_id: 2_500_001,
        fields: &[
            server("id"),
            stamp("created_at"),
            stamp("updated_at"),
            server("client_id"),
            server("created_by"),
            server("updated_by"),
            server("epoch"),
            required_ref("plan_id", "plan", Access::Creation),
            required_ref("suite_id", "suite", Access::Creation),
            Field { access: Access::Creation, ..optional_ref("test_id", "test") },
            project_id(),
        ],
        ..BASE
    },
    Resource {
        name: "run",
        model: "Run",
        first_id: 40_001,
        fields: &[
            server("id"),
            server("created_by"),
            stamp("created_at"),
            server("updated_by"),
            stamp("updated_at"),
            server("epoch"),
            server("client_id"),
            text("start_time"),
            text("end_time"),
            boolean("is_complete"),
            boolean("is_running"),
            project_id(),
            required_ref("plan_id", "plan", Access::Creation),
            virtual_field(),
            // If absent, the server builds it from the plan's name and the time (SDK).
            Field { if_absent: IfAbsent::Null, ..name() },
            optional_ref("milestone_id", "milestone"),
            boolean("is_current"),
            text("host_name"),
            server("key"),
            boolean("is_automated"),
            server_count("run_result_rows"),
            server_count("run_result_step_rows"),
            boolean("is_permanent"),
            integer("check_run_id", IfAbsent::Null),
            text("source"),
        ],
        analysis: Analysis::Run,
        on_create: OnCreate::FillRun,
        cascades: &[("run_result", "run_id"), ("run_suite", "run_id")],
    },
    Resource {
        name: "run_result",
        model: "RunResult",
        first_id: 9_000_001,
        fields: &[
            required_ref("test_id", "test", Access::Creation),
            server("created_by"),
            stamp("created_at"),
            server("updated_by"),
            stamp("updated_at"),
            server("epoch"),
            integer("assigned_to_tester", IfAbsent::Null),
            virtual_field(),
            server("client_id"),
            required_ref("suite_id", "suite", Access::Creation),
            project_id(),
            required_ref("run_id", "run", Access::Creation),
            integer("sequence", IfAbsent::NextWithin("run_id")),
            // The status of the last step; clients cannot set it (SDK).
            result_status(Access::Server),
            server("id"),
            number("flakiness"),
            server("key"),
            integer("data_set_row", IfAbsent::Null),
            integer("test_epoch", IfAbsent::Null),
            optional_ref("environment_id", "environment"),
            text("source"),
        ],
        on_create: OnCreate::AddSteps,
        cascades: &[("run_result_step", "run_result_id")],
        ..BASE
    },
    Resource {
        name: "run_result_step",
        model: "RunResultStep",
        first_id: 11_000_001,
        fields: &[
            server("created_by"),
            stamp("created_at"),
            server("updated_by"),
            stamp("updated_at"),
            server("epoch"),
            text("version"),
            number("elapsed"),
            result_status(Access::Client),
            server("client_id"),
            project_id(),
            integer("sequence", IfAbsent::NextWithin("run_result_id")),
            virtual_field(),
            text("result"),
            required_ref("step_id", "step", Access::Creation),
            required_ref("run_result_id", "run_result", Access::Creation),
            server("id"),
            server("key"),
            integer("step_epoch", IfAbsent::Null),
            text("source"),
        ],
        ..BASE
    },
    // The folders of a run. The server adds them; clients have no use for others.
    Resource {
        name: "run_suite",
        model: "RunSuite",
        first_id: 8_000_001,
        fields: &[
            server("id"),
            stamp("created_at"),
            stamp("updated_at"),
            server("client_id"),
            server("created_by"),
            server("updated_by"),
            server("epoch"),
            server("key"),
            project_id(),
            required_ref("run_id", "run", Access::Creation),
            required_ref("plan_suite_id", "plan_suite", Access::Creation),
            required_ref("suite_id", "suite", Access::Creation),
            optional_ref("parent_id", "suite"),
            integer("sequence_plan", IfAbsent::Null),
            integer("suite_offset", IfAbsent::Null),
            integer("plan_suite_epoch", IfAbsent::Null),
            integer("suite_epoch", IfAbsent::Null),
            text("source"),
        ],
        ..BASE
    },
    // A comment on any row. Routes such as `/run/7/comment` set what it is about.
    Resource {
        name: "comment",
        model: "Comment",
        first_id: 34_001,
        fields: &[
            server("id"),
            stamp("created_at"),
            stamp("updated_at"),
            server("client_id"),
            server("created_by"),
            server("updated_by"),
            server("epoch"),
            server("key"),
            field("related_id", FieldType::Integer, Access::Creation, IfAbsent::Required),
            field("related_type", FieldType::Text, Access::Creation, IfAbsent::Required),
            text("body"),
            text("source"),
        ],
        ..BASE
    },
    Resource {
        name: "defect",
        model: "Defect",
        first_id: 35_001,
        fields: &[
            server("id"),
            stamp("created_at"),
            stamp("updated_at"),
            server("client_id"),
            server("created_by"),
            server("updated_by"),
            server("epoch"),
            server("key"),
            project_id(),
            field("external_reference_id", FieldType::Text, Access::Client, IfAbsent::Required),
            integer("integration_project_id", IfAbsent::Null),
            text("related_type"),
            integer("related_id", IfAbsent::Null),
            integer("defect_status_id", IfAbsent::Null),
            integer("defect_res_id", IfAbsent::Null),
            text("url"),
        ],
        ..BASE
    },
    Resource {
        name: "defect_run_result",
        model: "DefectRunResult",
        first_id: 36_001,
        fields: &[
            server("id"),
            stamp("created_at"),
            stamp("updated_at"),
            server("client_id"),
            server("created_by"),
            server("updated_by"),
            server("epoch"),
            required_ref("defect_id", "defect", Access::Creation),
            required_ref("run_result_id", "run_result", Access::Creation),
        ],
        ..BASE
    },
    // A label, for all projects.
    Resource {
        name: "label",
        model: "Label",
        first_id: 37_001,
        fields: &[
            stamp("created_at"),
            server("created_by"),
            stamp("updated_at"),
            server("updated_by"),
            server("client_id"),
            server("epoch"),
            server("id"),
            field("label", FieldType::Name, Access::Client, IfAbsent::Required),
        ],
        cascades: &[("label_assigned", "label_id")],
        ..BASE
    },
    // A label of any row. Routes such as `/test/7/label_assigned` set which one.
    Resource {
        name: "label_assigned",
        model: "LabelAssigned",
        first_id: 6_000_001,
        fields: &[
            field("related_id", FieldType::Integer, Access::Creation, IfAbsent::Required),
            field("related_type", FieldType::Text, Access::Creation, IfAbsent::Required),
            stamp("created_at"),
            server("created_by"),
            stamp("updated_at"),
            server("updated_by"),
            server("client_id"),
            server("epoch"),
            server("id"),
            required_ref("label_id", "label", Access::Creation),
        ],
        ..BASE
    },
];

/// The fields of `case_type` and `case_priority`.
const LOOKUP_FIELDS: &[Field] = &[
    server("id"),
    server("created_by"),
    stamp("created_at"),
    server("updated_by"),
    stamp("updated_at"),
    server("epoch"),
    name(),
    text("description"),
    field("is_system", FieldType::Boolean, Access::Server, IfAbsent::Boolean(false)),
    server("client_id"),
    boolean("is_default"),
    virtual_field(),
    server("key"),
    boolean("all_projects"),
];
