import { ADDRESSES } from "../../lib/config.js";
import { SignIn } from "./form.jsx";

export default function Page() {
  return <SignIn auth={ADDRESSES.auth} />;
}
