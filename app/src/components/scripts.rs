//! What loads the WASM.

use leptos::{nonce::use_nonce, prelude::*};

/// Tells the server with every page from now on what time it is here. Until the list is hydrated it holds back what is pressed
/// there, and lets the island do it then (`holdfast:hydrated`); should that not come within five seconds, it sends the forms
/// themselves, and reloads the page.
const FIRST_SCRIPT: &str = "{let[p,s]=location.protocol=='https:'?['__Host-','; Secure']:['',''],early=[],timer,\
    hold=e=>{let t=e.submitter||e.target;t.closest('#list')&&(e.type=='submit'&&e.preventDefault(),early.push(t),timer??=setTimeout(give,5000))},\
    types=['submit','change'],release=()=>{clearTimeout(timer);types.forEach(t=>removeEventListener(t,hold,true))},\
    give=async()=>{release();for(let t of early){let f=new FormData(t.form);t.type=='checkbox'?f.set('completed',t.checked):f.set(t.name,t.value);\
    if(t.formMethod=='get'&&t.type!='checkbox')return location=t.formAction;\
    await fetch(t.type=='checkbox'?t.form.action:t.formAction,{method:'POST',body:new URLSearchParams(f)})}location.reload()};\
    document.cookie=`${p}utc_offset=${-new Date().getTimezoneOffset()}; Path=/; SameSite=Lax${s}; Max-Age=31536000`;\
    types.forEach(t=>addEventListener(t,hold,true));\
    addEventListener('holdfast:hydrated',()=>{release();early.forEach(t=>t.type=='checkbox'?t.dispatchEvent(new Event('change',{bubbles:true})):t.click())},{once:true})}";

/// The scripts of a page with islands, each with the nonce of the page.
#[component]
pub fn Scripts(
    /// Where the files are.
    options: LeptosOptions,
) -> impl IntoView {
    view! {
        <script nonce=use_nonce()>{FIRST_SCRIPT}</script>
        <AutoReload options=options.clone() />
        <HydrationScripts options islands=true />
    }
}
