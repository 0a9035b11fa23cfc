// Without compression, as Holdfast is measured; without a header that names the framework.
export default { compress: false, poweredByHeader: false };
