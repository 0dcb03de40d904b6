//! The table itself, and the words it is written in.

use super::{Absent, Access, Analysis, Creation, Field, Kind, Resource};

const fn field(name: &'static str, kind: Kind, access: Access, if_absent: Absent) -> Field {
    Field { name, kind, access, if_absent, references: None }
}

/// An integer that the server sets.
const fn server(name: &'static str) -> Field {
    field(name, Kind::Integer, Access::Server, Absent::Null)
}

/// A number that the server counts.
const fn server_count(name: &'static str) -> Field {
    field(name, Kind::Integer, Access::Server, Absent::Integer(0))
}

/// The status of a result or of one of its steps. Both begin as the first status, which is Pending.
const fn pending(access: Access) -> Field {
    Field { access, if_absent: Absent::FirstOf("status"), ..may_name("status_id", "status") }
}

/// A time that the server sets.
const fn stamp(name: &'static str) -> Field {
    field(name, Kind::Text, Access::Server, Absent::Null)
}

/// `virtual`, null in every example of the guide.
const fn virtual_field() -> Field {
    field("virtual", Kind::Text, Access::Server, Absent::Null)
}

const fn name() -> Field {
    field("name", Kind::Name, Access::Client, Absent::Required)
}

const fn text(name: &'static str) -> Field {
    field(name, Kind::Text, Access::Client, Absent::Null)
}

const fn integer(name: &'static str, if_absent: Absent) -> Field {
    field(name, Kind::Integer, Access::Client, if_absent)
}

const fn number(name: &'static str) -> Field {
    field(name, Kind::Number, Access::Client, Absent::Null)
}

const fn boolean(name: &'static str) -> Field {
    field(name, Kind::Boolean, Access::Client, Absent::Boolean(false))
}

/// `is_root`: one plan and one suite of a project, made with it.
const fn is_root() -> Field {
    field("is_root", Kind::Boolean, Access::Server, Absent::Boolean(false))
}

/// A required id of another resource's row.
const fn belongs_to(name: &'static str, resource: &'static str, access: Access) -> Field {
    Field {
        name,
        kind: Kind::Integer,
        access,
        if_absent: Absent::Required,
        references: Some(resource),
    }
}

/// An id of another resource's row, or null.
const fn may_name(name: &'static str, resource: &'static str) -> Field {
    Field {
        name,
        kind: Kind::Integer,
        access: Access::Client,
        if_absent: Absent::Null,
        references: Some(resource),
    }
}

/// A row does not change its project (our choice; the SDK only says that the field is there).
const fn project_id() -> Field {
    belongs_to("project_id", "project", Access::Creation)
}

/// Every resource. A row comes after those it refers to.
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
            field("access_role_id", Kind::Integer, Access::Server, Absent::Integer(1)),
            server("client_id"),
            text("color"),
            text("picture"),
            virtual_field(),
            server("key"),
            stamp("created_at"),
            stamp("updated_at"),
        ],
        analysis: Analysis::Project,
        creation: Creation::Project,
        takes_along: &[],
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
            integer("assigned_to_tester", Absent::Null),
            virtual_field(),
            name(),
            text("description"),
            server("client_id"),
            server("key"),
            integer("retain_runs", Absent::Integer(0)),
            stamp("created_at"),
            stamp("updated_at"),
            is_root(),
            // SDK.
            boolean("is_automated"),
            boolean("include_in_checks"),
        ],
        analysis: Analysis::Plan,
        creation: Creation::Plain,
        takes_along: &[],
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
            integer("assigned_to_tester", Absent::Null),
            server("key"),
            stamp("created_at"),
            stamp("updated_at"),
            is_root(),
        ],
        analysis: Analysis::None,
        creation: Creation::Suite,
        // Its tests, their `suite_test` and its subfolders stay as they are and can no longer be
        // reached from the root: nobody knows what the service does, this is the hardest.
        takes_along: &[("plan_suite", "suite_id")],
    },
    // The fields and their order: SDK. A suite may stand in a plan more than once; the service is
    // not known to forbid it.
    Resource {
        name: "plan_suite",
        model: "PlanSuite",
        first_id: 2_000_001,
        fields: &[
            server("id"),
            stamp("created_at"),
            stamp("updated_at"),
            belongs_to("plan_id", "plan", Access::Creation),
            belongs_to("suite_id", "suite", Access::Creation),
            server("client_id"),
            integer("sequence_plan", Absent::NextBelow("plan_id")),
            // Optional in the SDK; nobody may depend on it.
            server("hierarchy_level"),
            server("created_by"),
            server("updated_by"),
            server("epoch"),
            server("suite_offset"),
            may_name("parent_id", "suite"),
        ],
        analysis: Analysis::None,
        creation: Creation::Plain,
        takes_along: &[],
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
                if_absent: Absent::DefaultOf("case_type"),
                ..may_name("case_type_id", "case_type")
            },
            Field {
                if_absent: Absent::DefaultOf("case_priority"),
                ..may_name("case_priority_id", "case_priority")
            },
            number("estimate"),
            text("precondition"),
            virtual_field(),
            server("client_id"),
            project_id(),
            integer("assigned_to_tester", Absent::Null),
            boolean("is_automated"),
            text("description"),
            server("key"),
            // A number in the guide; what it stands for is a table that the sandbox does not have.
            integer("test_quality_id", Absent::Integer(1)),
            integer("state_mask", Absent::Null),
            stamp("created_at"),
            stamp("updated_at"),
            integer("test_type_id", Absent::Integer(1)),
            text("data_table"),
            // SDK.
            boolean("to_automate"),
        ],
        analysis: Analysis::None,
        creation: Creation::Test,
        takes_along: &[("suite_test", "test_id")],
    },
    // SDK. A test may stand in several suites.
    Resource {
        name: "suite_test",
        model: "SuiteTest",
        first_id: 5_000_001,
        fields: &[
            stamp("created_at"),
            stamp("updated_at"),
            belongs_to("suite_id", "suite", Access::Client),
            belongs_to("test_id", "test", Access::Creation),
            integer("sequence_suite", Absent::NextBelow("suite_id")),
            server("client_id"),
            server("created_by"),
            server("updated_by"),
            server("epoch"),
            server("id"),
        ],
        analysis: Analysis::None,
        creation: Creation::Plain,
        takes_along: &[],
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
            belongs_to("test_id", "test", Access::Creation),
            text("step"),
            text("expected_result"),
            virtual_field(),
            server("client_id"),
            project_id(),
            integer("sequence", Absent::NextBelow("test_id")),
            server("key"),
            stamp("created_at"),
            stamp("updated_at"),
            integer("step_type_id", Absent::Null),
        ],
        analysis: Analysis::None,
        creation: Creation::Plain,
        takes_along: &[],
    },
    // SDK, as all that follow.
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
            integer("sequence", Absent::NextBelow("project_id")),
            virtual_field(),
            boolean("is_complete"),
            server("key"),
            may_name("parent_id", "milestone"),
        ],
        analysis: Analysis::None,
        creation: Creation::Plain,
        takes_along: &[],
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
            field("is_system", Kind::Boolean, Access::Server, Absent::Boolean(false)),
            server("client_id"),
            text("description"),
            virtual_field(),
            server("key"),
            integer("status_type_id", Absent::Required),
            boolean("all_projects"),
        ],
        analysis: Analysis::None,
        creation: Creation::Plain,
        takes_along: &[],
    },
    Resource {
        name: "case_type",
        model: "CaseType",
        first_id: 601,
        fields: LOOKUP_FIELDS,
        analysis: Analysis::None,
        creation: Creation::Plain,
        takes_along: &[],
    },
    Resource {
        name: "case_priority",
        model: "CasePriority",
        first_id: 701,
        fields: LOOKUP_FIELDS,
        analysis: Analysis::None,
        creation: Creation::Plain,
        takes_along: &[],
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
            belongs_to("plan_id", "plan", Access::Creation),
            virtual_field(),
            // Made of the plan's name and the time if the client gives none (SDK).
            Field { if_absent: Absent::Null, ..name() },
            may_name("milestone_id", "milestone"),
            boolean("is_current"),
            text("host_name"),
            server("key"),
            boolean("is_automated"),
            server_count("run_result_rows"),
            server_count("run_result_step_rows"),
        ],
        analysis: Analysis::None,
        creation: Creation::Run,
        takes_along: &[("run_result", "run_id")],
    },
    Resource {
        name: "run_result",
        model: "RunResult",
        first_id: 9_000_001,
        fields: &[
            belongs_to("test_id", "test", Access::Creation),
            server("created_by"),
            stamp("created_at"),
            server("updated_by"),
            stamp("updated_at"),
            server("epoch"),
            integer("assigned_to_tester", Absent::Null),
            virtual_field(),
            server("client_id"),
            belongs_to("suite_id", "suite", Access::Creation),
            project_id(),
            belongs_to("run_id", "run", Access::Creation),
            integer("sequence", Absent::NextBelow("run_id")),
            // Follows the last step; clients cannot set it (SDK).
            pending(Access::Server),
            server("id"),
            number("flakiness"),
            server("key"),
        ],
        analysis: Analysis::None,
        creation: Creation::Plain,
        takes_along: &[("run_result_step", "run_result_id")],
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
            pending(Access::Client),
            server("client_id"),
            project_id(),
            integer("sequence", Absent::NextBelow("run_result_id")),
            virtual_field(),
            text("result"),
            belongs_to("step_id", "step", Access::Creation),
            belongs_to("run_result_id", "run_result", Access::Creation),
            server("id"),
            server("key"),
        ],
        analysis: Analysis::None,
        creation: Creation::Plain,
        takes_along: &[],
    },
];

/// `case_type` and `case_priority` are alike.
const LOOKUP_FIELDS: &[Field] = &[
    server("id"),
    server("created_by"),
    stamp("created_at"),
    server("updated_by"),
    stamp("updated_at"),
    server("epoch"),
    name(),
    text("description"),
    field("is_system", Kind::Boolean, Access::Server, Absent::Boolean(false)),
    server("client_id"),
    boolean("is_default"),
    virtual_field(),
    server("key"),
    boolean("all_projects"),
];
