//! Theme and density: how this browser shows every page.

string_enum! {
    /// The colours of every page.
    #[derive(Default)]
    Theme, "theme is system, light or dark." {
        /// As the system has it.
        #[default]
        System = "system",
        /// Dark on light.
        Light = "light",
        /// Light on dark.
        Dark = "dark",
    }
}

string_enum! {
    /// How much room a task has in a list.
    #[derive(Default)]
    Density, "density is automatic, comfortable or compact." {
        /// Compact where the window is wide.
        #[default]
        Automatic = "automatic",
        /// With a line of its note.
        Comfortable = "comfortable",
        /// As many tasks as fit.
        Compact = "compact",
    }
}

/// How this browser shows every page, whoever is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Appearance {
    /// The colours.
    pub theme: Theme,
    /// The room of a task.
    pub density: Density,
}

impl Theme {
    /// As the document says it: nothing, where the system decides.
    pub fn chosen(self) -> Option<&'static str> {
        (self != Self::default()).then_some(self.as_str())
    }

    /// The cookie that keeps it.
    pub const COOKIE: &str = "theme";
}

impl Density {
    /// As the document says it: nothing, where the width of the window decides.
    pub fn chosen(self) -> Option<&'static str> {
        (self != Self::default()).then_some(self.as_str())
    }

    /// The cookie that keeps it.
    pub const COOKIE: &str = "density";
}
