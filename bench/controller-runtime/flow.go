package main

import (
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Flow is the kind that all operators here work on. The fields of its status that only autopilot writes are left out: an update of
// the status would otherwise have to carry them.
type Flow struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              struct {
		Message string `json:"message,omitempty"`
	} `json:"spec,omitempty"`
	Status struct {
		Phase              string             `json:"phase,omitempty"`
		ObservedGeneration int64              `json:"observedGeneration,omitempty"`
		Conditions         []metav1.Condition `json:"conditions,omitempty"`
	} `json:"status,omitempty"`
}

// FlowList is a page of them.
type FlowList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Flow `json:"items"`
}

func (in *Flow) copyInto(out *Flow) {
	*out = *in
	in.ObjectMeta.DeepCopyInto(&out.ObjectMeta)
	out.Status.Conditions = slices.Clone(in.Status.Conditions)
}

// DeepCopyObject makes it a runtime.Object, as controller-gen would.
func (in *Flow) DeepCopyObject() runtime.Object {
	out := &Flow{}
	in.copyInto(out)
	return out
}

// DeepCopyObject makes it a runtime.Object, as controller-gen would.
func (in *FlowList) DeepCopyObject() runtime.Object {
	out := &FlowList{TypeMeta: in.TypeMeta, Items: make([]Flow, len(in.Items))}
	in.ListMeta.DeepCopyInto(&out.ListMeta)
	for i := range in.Items {
		in.Items[i].copyInto(&out.Items[i])
	}
	return out
}

func addFlows(scheme *runtime.Scheme) {
	version := schema.GroupVersion{Group: "bench.example.io", Version: "v1"}
	scheme.AddKnownTypes(version, &Flow{}, &FlowList{})
	metav1.AddToGroupVersion(scheme, version)
}
